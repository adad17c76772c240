"""Who signs a plan and when, as the people who sign it would check the rules."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from counterpoise.domain.reconcile import signing
from counterpoise.domain.reconcile.signing import SigningRules, Standing
from counterpoise.domain.rulebook import toml
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.tables.signoff import Signature, Version
from counterpoise.domain.values.text import text

NINE = datetime(2026, 10, 1, 9, tzinfo=UTC)
TODAY = date(2026, 10, 1)
SHOWN, OTHER = "a" * 64, "b" * 64
VERSION = Version(2, "2026-Q4", "inputs", "content", SHOWN, frozen_by="omar", frozen_at=NINE)

TWO_EXECUTIVES = SigningRules(("executive", "executive"))
FINANCE_FIRST = SigningRules(("finance", "executive"))
OWN_ALLOWED = replace(TWO_EXECUTIVES, may_sign_own=True)

RAISED = text("pool.wage was 5000 and is 5500")


def sign(signer, role="executive", minute=0, shown=SHOWN):
    return Signature(shown, signer, role, NINE + timedelta(minutes=minute))


LAYLA, NOOR, FADI = sign("layla"), sign("noor", minute=1), sign("fadi", "finance", 2)
OMAR = sign("omar", minute=3)


def stand(*signatures, newest=2, changes=()):
    return Standing(VERSION, newest, signatures, changes)


@pytest.mark.parametrize(
    ("rules", "standing", "state", "turn"),
    [
        pytest.param(
            TWO_EXECUTIVES, stand(), "frozen", "executive", id="frozen: the first executive's turn"
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(LAYLA),
            "part signed",
            "executive",
            id="one executive signed: another one's turn",
        ),
        pytest.param(
            TWO_EXECUTIVES, stand(LAYLA, NOOR), "signed", None, id="two executives signed"
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(LAYLA, sign("layla", minute=5)),
            "part signed",
            "executive",
            id="one person twice counts once",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(LAYLA, replace(NOOR, version_hash=OTHER)),
            "part signed",
            "executive",
            id="a signature on other content never counts",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(LAYLA, FADI),
            "part signed",
            "executive",
            id="finance does not stand in for an executive",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(LAYLA, OMAR),
            "part signed",
            "executive",
            id="who froze the plan does not count, however it was recorded",
        ),
        pytest.param(
            OWN_ALLOWED, stand(LAYLA, OMAR), "signed", None, id="unless the business allows it"
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(LAYLA, NOOR, sign("rana", minute=9)),
            "signed",
            None,
            id="one signature too many changes nothing",
        ),
        pytest.param(
            FINANCE_FIRST,
            stand(NOOR),
            "frozen",
            "finance",
            id="an executive before finance: out of turn, so it does not count",
        ),
        pytest.param(
            FINANCE_FIRST,
            stand(FADI, sign("noor", minute=3)),
            "signed",
            None,
            id="finance, then an executive",
        ),
        pytest.param(
            FINANCE_FIRST,
            stand(sign("noor", minute=3), FADI),
            "signed",
            None,
            id="the hour decides the order, not the list",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(newest=3),
            "void",
            "executive",
            id="a newer version voids a frozen one",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(LAYLA, NOOR, newest=3),
            "void",
            None,
            id="a newer version voids a signed one",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(LAYLA, NOOR, changes=(RAISED,)),
            "void",
            None,
            id="a change since it was frozen voids a signed one",
        ),
    ],
)
def test_where_a_version_stands(rules, standing, state, turn):
    assert signing.name_state(rules, standing) == state
    assert signing.find_next_role(rules, standing) == turn
    assert signing.is_signed(rules, standing) == (state == "signed")


def test_signatures_that_count_are_listed_in_the_order_they_were_given():
    standing = stand(NOOR, OMAR, FADI, LAYLA)
    assert signing.list_counted(TWO_EXECUTIVES, standing) == (LAYLA, NOOR)


@pytest.mark.parametrize(
    ("rules", "standing", "wanted"),
    [
        pytest.param(TWO_EXECUTIVES, stand(), LAYLA, id="the first executive"),
        pytest.param(TWO_EXECUTIVES, stand(LAYLA), NOOR, id="the second executive"),
        pytest.param(OWN_ALLOWED, stand(LAYLA), OMAR, id="who froze it, where that is allowed"),
        pytest.param(FINANCE_FIRST, stand(), FADI, id="finance, whose turn it is"),
        pytest.param(
            TWO_EXECUTIVES,
            stand(replace(LAYLA, version_hash=OTHER)),
            LAYLA,
            id="who signed the version before signs this one again",
        ),
    ],
)
def test_whose_turn_it_is_may_sign(rules, standing, wanted):
    signing.check_can_sign(rules, standing, wanted)


@pytest.mark.parametrize(
    ("rules", "standing", "wanted", "refusal", "advice"),
    [
        pytest.param(
            TWO_EXECUTIVES,
            stand(newest=3),
            LAYLA,
            signing.NotTheNewest,
            "Version 2 has been replaced by version 3. Open version 3 and sign that one.",
            id="an older version",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(),
            replace(LAYLA, version_hash=OTHER),
            signing.ChangedSince,
            f"What you were shown is not version 2: its hash was {OTHER}, and the version's is"
            f" {SHOWN}. Open the version again and sign what it shows.",
            id="the page showed something else",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(changes=(RAISED, RAISED)),
            LAYLA,
            signing.ChangedSince,
            "What version 2 rests on has changed since it was frozen (changes: 2). Read what"
            " changed, freeze a new version and sign that one.",
            id="a rule changed after the plan was frozen",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(),
            OMAR,
            signing.OwnPlan,
            "You froze version 2, and who froze a plan may not sign it. Ask another executive to"
            " sign.",
            id="one's own plan",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(LAYLA),
            LAYLA,
            signing.SignedAlready,
            "You have signed version 2 already, and a person signs once. There is nothing more to"
            " do.",
            id="the same person twice",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(LAYLA, NOOR),
            NOOR,
            signing.SignedAlready,
            "You have signed version 2 already, and a person signs once. There is nothing more to"
            " do.",
            id="the last form sent again",
        ),
        pytest.param(
            FINANCE_FIRST,
            stand(),
            LAYLA,
            signing.NotYourTurn,
            "Version 2 waits for the signature of role finance, and you have role executive. Ask"
            " someone with role finance to sign.",
            id="a step skipped",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(LAYLA),
            FADI,
            signing.NotYourTurn,
            "Version 2 waits for the signature of role executive, and you have role finance. Ask"
            " someone with role executive to sign.",
            id="a role that this company does not ask",
        ),
        pytest.param(
            TWO_EXECUTIVES,
            stand(LAYLA, NOOR),
            sign("rana"),
            signing.NothingLeft,
            "Version 2 has every signature that it needs. There is nothing to sign.",
            id="a third executive",
        ),
    ],
)
def test_a_signature_that_would_not_count_is_refused_with_what_to_do(
    rules, standing, wanted, refusal, advice
):
    with pytest.raises(refusal) as caught:
        signing.check_can_sign(rules, standing, wanted)
    assert str(caught.value) == str(caught.value.why) == advice


def book(roles="executive executive", own="no"):
    return Rulebook(
        (
            Rule("signing.roles", "", roles, "", date(2026, 1, 1), "board"),
            Rule("signing.own_plan", "", own, "", date(2026, 1, 1), "board"),
        )
    )


def test_two_different_executives_sign_until_a_business_says_otherwise():
    assert signing.read_signing_rules(toml.load_defaults(), TODAY) == TWO_EXECUTIVES


@pytest.mark.parametrize(
    ("rulebook", "rules"),
    [
        pytest.param(book("finance executive"), FINANCE_FIRST, id="finance, then an executive"),
        pytest.param(book("executive"), SigningRules(("executive",)), id="one is enough"),
        pytest.param(book(own="yes"), OWN_ALLOWED, id="one's own plan may be signed"),
    ],
)
def test_a_business_decides_who_signs(rulebook, rules):
    assert signing.read_signing_rules(rulebook, TODAY) == rules


@pytest.mark.parametrize(
    ("rulebook", "advice"),
    [
        pytest.param(
            book("executive king"),
            r"signing\.roles is 'executive king' \(source: board\).*spaces: finance executive\.",
            id="a role that nobody has",
        ),
        pytest.param(
            book("executive viewer"), "roles that may sign", id="a role that may not sign"
        ),
        pytest.param(book(" "), "Write one or more roles", id="nobody signs"),
        pytest.param(
            book(own="maybe"),
            r"signing\.own_plan is 'maybe' \(source: board\). Write yes or no",
            id="perhaps one's own plan",
        ),
    ],
)
def test_rules_under_which_no_plan_could_be_signed_are_refused(rulebook, advice):
    with pytest.raises(InvalidRule, match=advice):
        signing.read_signing_rules(rulebook, TODAY)
