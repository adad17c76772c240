"""What holds for every sign-off, whatever people do and in whatever order they do it."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from counterpoise.domain.reconcile import signing
from counterpoise.domain.reconcile.plan_json import canonical_bytes
from counterpoise.domain.reconcile.signing import SigningRules, Standing
from counterpoise.domain.reconcile.version import (
    Inputs,
    compare_inputs,
    hash_inputs,
    hash_version,
    inputs_from_document,
    inputs_to_document,
)
from counterpoise.domain.rulebook.rulebook import Rule
from counterpoise.domain.tables.signoff import Signature, Version

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
few_words = st.sampled_from(["", "a", "b"])
days = st.sampled_from([date(2026, 1, 1), date(2026, 2, 1)])
rules = st.builds(
    Rule,
    key=st.sampled_from(["pool.wage", "pool.ramp"]),
    subject=few_words,
    value=few_words,
    unit=few_words,
    effective_from=days,
    source=few_words,
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | words,
    lambda each: st.lists(each, max_size=2) | st.dictionaries(words, each, max_size=2),
    max_leaves=4,
)
fields = st.sampled_from(["measure", "month", "by", "amount", "author", "name", "changes"])
mappings = st.dictionaries(fields, plain, max_size=3)
overrides = st.tuples(mappings, st.integers(1, 3)).map(lambda pair: {**pair[0], "id": pair[1]})
inputs = st.builds(
    Inputs,
    period=st.sampled_from(["2026-Q4", "2027"]),
    as_of=days,
    build=few_words,
    manifest_hash=few_words,
    rules=st.lists(
        rules, max_size=4, unique_by=lambda each: (each.key, each.subject, each.effective_from)
    ).map(tuple),
    overrides=st.lists(overrides, max_size=3, unique_by=lambda each: each["id"]).map(tuple),
    scenario=mappings,
    code_version=few_words,
    seed=st.integers(0, 1),
)
NAMES = (
    "period", "as_of", "build", "manifest_hash", "rules", "overrides", "scenario", "code_version",
    "seed",
)  # fmt: skip


@st.composite
def neighbours(draw):
    """Two sets of inputs that differ in one field at most, as they do in practice."""
    one, other = draw(inputs), draw(inputs)
    name = draw(st.sampled_from(NAMES))
    return one, replace(one, **{name: getattr(other, name)})


@given(neighbours() | st.tuples(inputs, inputs))
def test_hash_document_and_words_agree_on_what_is_equal(pair):
    one, other = pair
    same = canonical_bytes(inputs_to_document(one)) == canonical_bytes(inputs_to_document(other))
    assert (hash_inputs(one) == hash_inputs(other)) == same
    assert (compare_inputs(one, other) == ()) == same


@given(neighbours())
def test_a_change_and_its_undoing_are_told_as_often(pair):
    one, other = pair
    assert len(compare_inputs(one, other)) == len(compare_inputs(other, one))


@given(inputs, st.randoms(use_true_random=False))
def test_order_of_rules_and_overrides_does_not_matter(given_inputs, rng):
    shuffled = replace(
        given_inputs,
        rules=tuple(rng.sample(given_inputs.rules, len(given_inputs.rules))),
        overrides=tuple(rng.sample(given_inputs.overrides, len(given_inputs.overrides))),
    )
    assert shuffled == given_inputs
    assert hash_inputs(shuffled) == hash_inputs(given_inputs)


@given(inputs)
def test_inputs_come_back_exactly(given_inputs):
    document = inputs_to_document(given_inputs)
    read = inputs_from_document(document)
    assert read == given_inputs
    assert canonical_bytes(inputs_to_document(read)) == canonical_bytes(document)


PEOPLE = {
    "layla": "executive",
    "noor": "executive",
    "omar": "executive",
    "fadi": "finance",
    "rana": "finance",
    "sami": "operations",
}
people = st.sampled_from(sorted(PEOPLE))
START = datetime(2026, 10, 1, tzinfo=UTC)
WAGES = [
    Inputs(
        period="2026-Q4", as_of=date(2026, 9, 30), build="b1", manifest_hash="m1",
        rules=(Rule("pool.wage", "", str(wage), "", date(2026, 1, 1), "payroll"),),
        overrides=(), scenario={"name": "base"}, code_version="0.1.0", seed=7,
    )
    for wage in range(3)
]  # fmt: skip
HASHES = [hash_inputs(each) for each in WAGES]


class SignOff(RuleBasedStateMachine):
    """A period's versions, everyone who may try to sign, and a store that keeps what it accepts.

    What a signer does comes in two halves, look and sign, so that anything can happen in between.
    """

    @initialize(
        roles=st.sampled_from(
            ["executive executive", "finance executive", "executive", "finance finance executive"]
        ),
        own=st.booleans(),
    )
    def begin(self, roles, own):
        self.rules = SigningRules(tuple(roles.split()), own)
        self.wage = 0
        self.minute = 0
        self.versions = []
        self.inputs = []
        self.signatures = []
        self.shown = []
        self.sent = []
        self.is_smuggled = False

    @rule(who=people)
    def freeze(self, who):
        inputs_hash, content_hash = HASHES[self.wage], f"plan at wage {self.wage}"
        self.versions.append(
            Version(
                len(self.versions) + 1,
                "2026-Q4",
                inputs_hash,
                content_hash,
                hash_version(inputs_hash, content_hash),
                frozen_by=who,
                frozen_at=self.tick(),
            )
        )
        self.inputs.append(WAGES[self.wage])

    @rule(wage=st.integers(0, 2))
    def change_a_rule(self, wage):
        self.wage = wage

    @precondition(lambda self: self.versions)
    @rule(who=people, back=st.integers(0, 2))
    def look(self, who, back):
        """Mostly at the newest, at times at an older one."""
        place = max(0, len(self.versions) - 1 - back)
        self.shown.append((who, place, self.versions[place].version_hash))

    @precondition(lambda self: self.shown)
    @rule(draw=st.randoms(use_true_random=False))
    def sign(self, draw):
        who, place, shown = self.shown.pop(draw.randrange(len(self.shown)))
        self.send(who, place, shown, self.stand(place))

    @precondition(lambda self: self.versions)
    @rule(who=people)
    def look_and_sign_at_once(self, who):
        place = len(self.versions) - 1
        self.send(who, place, self.versions[place].version_hash, self.stand(place))

    @precondition(lambda self: self.sent)
    @rule(draw=st.randoms(use_true_random=False))
    def send_a_form_again(self, draw):
        who, place, shown = draw.choice(self.sent)
        accepted = self.send(who, place, shown, self.stand(place))
        signed_before = any(
            each.signer == who and each.version_hash == shown for each in self.signatures[:-1]
        )
        assert not (accepted and signed_before)

    @precondition(lambda self: self.versions)
    @rule(one=people, other=people)
    def two_sign_at_once(self, one, other):
        """Neither sees the other's signature, as if the store had let both through."""
        place = len(self.versions) - 1
        standing = self.stand(place)
        for who in (one, other):
            self.send(who, place, self.versions[place].version_hash, standing)

    @precondition(lambda self: self.versions)
    @rule(who=people, role=st.sampled_from(["executive", "finance"]), back=st.integers(0, 2))
    def record_without_asking(self, who, role, back):
        """A signature that got into the store past every check, even under another's role."""
        place = max(0, len(self.versions) - 1 - back)
        shown = self.versions[place].version_hash
        self.signatures.append(Signature(shown, who, role, self.tick()))
        self.is_smuggled = True

    @invariant()
    def signed_only_by_the_required_people_on_the_same_hash(self):
        for place in range(len(getattr(self, "versions", ()))):
            standing = self.stand(place)
            state = signing.name_state(self.rules, standing)
            is_last = place == len(self.versions) - 1
            holds = is_last and self.inputs[place] == WAGES[self.wage]
            complete = self.has_all_signatures(self.versions[place])
            assert (state == "void") == (not holds)
            assert state != "signed" or (holds and complete)
            # People keep their roles, so whoever was let through brings the plan forward. What was
            # recorded past the checks may count for nothing, and never for more than it is.
            assert self.is_smuggled or state == "signed" or not (holds and complete)
            assert signing.is_signed(self.rules, standing) == (state == "signed")

    def has_all_signatures(self, version):
        """By trying every choice: the roles in order, all different people, one hash."""
        on_it = [
            each
            for each in self.signatures
            if each.version_hash == version.version_hash
            and (self.rules.may_sign_own or each.signer != version.frozen_by)
        ]
        roles = self.rules.roles
        return any(
            tuple(each.role for each in chosen) == roles
            and len({each.signer for each in chosen}) == len(roles)
            for chosen in combinations(on_it, len(roles))
        )

    def send(self, who, place, shown, standing):
        """Keeps what the rules accept; a refusal leaves everything as it was."""
        self.sent.append((who, place, shown))
        wanted = Signature(shown, who, PEOPLE[who], self.tick())
        try:
            signing.check_can_sign(self.rules, standing, wanted)
        except signing.CannotSign:
            return False
        before = len(signing.list_counted(self.rules, standing))
        after = replace(standing, signatures=(*standing.signatures, wanted))
        assert len(signing.list_counted(self.rules, after)) == before + 1
        assert signing.name_state(self.rules, after) in ("part signed", "signed")
        self.signatures.append(wanted)
        return True

    def stand(self, place):
        changes = compare_inputs(self.inputs[place], WAGES[self.wage])
        # The store promises no order.
        mixed = random.Random(self.minute).sample(self.signatures, len(self.signatures))
        return Standing(self.versions[place], len(self.versions), tuple(mixed), changes)

    def tick(self):
        self.minute += 1
        return START + timedelta(minutes=self.minute)


def test_never_signed_without_the_required_people():
    run_state_machine_as_test(
        SignOff, settings=settings(deadline=None, max_examples=60, stateful_step_count=25)
    )


@pytest.mark.soak
def test_never_signed_without_the_required_people_in_100_000_steps():
    run_state_machine_as_test(
        SignOff,
        settings=settings(
            deadline=None,
            max_examples=2400,
            stateful_step_count=50,
            suppress_health_check=list(HealthCheck),
        ),
    )
