"""A frozen version of a plan: what it was computed from, as a document with a hash.

Whoever has the inputs can compute the plan again byte for byte; whoever has two sets of inputs can
say in words what changed between them. The order in which rules and overrides are given does not
matter: a version keeps them sorted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from hashlib import sha256
from typing import Any

from counterpoise.domain.reconcile.plan_json import canonical_bytes
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.values.document import UnreadableDocument, from_document
from counterpoise.domain.values.plain import to_plain
from counterpoise.domain.values.text import Text, explain, text

INPUTS_FORMAT = "counterpoise-inputs/1"
VERSION_FORMAT = "counterpoise-version/1"
EMPTY = "–"
PRODUCT_DECISIONS = ("launches", "phase_outs")

Document = dict[str, Any]
Plain = Mapping[str, Any]


class InvalidInputs(ValueError):
    """Inputs that a plan cannot be computed from again, or not in one way only."""


class UnreadableInputs(ValueError):
    """A document that holds no inputs, or one that was changed into nonsense."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a plan was computed from.

    overrides, launches, phase-outs and scenario are kept as JSON has them; each but the scenario is
    known by its whole number `id`.
    Amounts in them are Decimals or text, never floats, so that their hash is the same anywhere.
    """

    period: str
    as_of: date
    build: str
    manifest_hash: str
    rules: tuple[Rule, ...]
    overrides: tuple[Plain, ...]
    scenario: Plain
    code_version: str
    seed: int
    launches: tuple[Plain, ...] = ()
    phase_outs: tuple[Plain, ...] = ()

    def __post_init__(self) -> None:
        overrides, scenario = to_plain(self.overrides), to_plain(self.scenario)
        _check_plain(overrides, "An override")
        _check_plain(scenario, "The scenario")
        _check_overrides(overrides)
        _check_rules(self.rules)
        for name in PRODUCT_DECISIONS:
            decided = to_plain(getattr(self, name))
            _check_plain(decided, "A launch or phase-out")
            _check_decisions(decided)
            object.__setattr__(self, name, tuple(sorted(decided, key=lambda one: int(one["id"]))))
        object.__setattr__(self, "rules", tuple(sorted(self.rules, key=_identify)))
        ordered = tuple(sorted(overrides, key=lambda each: int(each["id"])))
        object.__setattr__(self, "overrides", ordered)
        object.__setattr__(self, "scenario", scenario)


def hash_inputs(inputs: Inputs) -> str:
    return sha256(canonical_bytes(inputs_to_document(inputs))).hexdigest()


def hash_version(inputs_hash: str, content_hash: str) -> str:
    """What people sign: one hash for what went in and what came out."""
    document = {"format": VERSION_FORMAT, "inputs": inputs_hash, "content": content_hash}
    return sha256(canonical_bytes(document)).hexdigest()


def inputs_to_document(inputs: Inputs) -> Document:
    """Without launches and phase-outs where there are none: as it was before there could be any."""
    named = {each.name: to_plain(getattr(inputs, each.name)) for each in fields(Inputs)}
    written = {
        name: value for name, value in named.items() if value or name not in PRODUCT_DECISIONS
    }
    return {"format": INPUTS_FORMAT, **written}


def inputs_from_document(document: Plain) -> Inputs:
    """Raises UnreadableInputs, naming the place that cannot be read."""
    if document.get("format") != INPUTS_FORMAT:
        raise UnreadableInputs(
            text(
                "The document's format is {met}, not '{format}'. Give the inputs of a frozen"
                " version.",
                met=repr(document.get("format")),
                format=INPUTS_FORMAT,
            )
        )
    content = {name: value for name, value in document.items() if name != "format"}
    try:
        return from_document(Inputs, content)
    except (UnreadableDocument, InvalidInputs) as error:
        raise UnreadableInputs(
            text(
                "The saved inputs are not what was saved: {error} Restore the store from a backup.",
                error=explain(error),
            )
        ) from None


def compare_inputs(then: Inputs, now: Inputs) -> tuple[Text, ...]:
    """What changed from one set of inputs to another, in words; empty when nothing did."""
    return (
        *_compare_facts(then, now),
        *_compare_rules(then, now),
        *_compare_overrides(then, now),
        *_compare_products(then, now),
        *_compare_scenarios(then.scenario, now.scenario),
    )


def _compare_facts(then: Inputs, now: Inputs) -> Iterator[Text]:
    if then.period != now.period:
        yield text("The period was {then} and is {now}.", then=then.period, now=now.period)
    if then.as_of != now.as_of:
        yield text("The as-of day was {then} and is {now}.", then=then.as_of, now=now.as_of)
    if then.build != now.build:
        yield text("The data was build {then} and is build {now}.", then=then.build, now=now.build)
    elif then.manifest_hash != now.manifest_hash:
        yield text(
            "Build {build} is not what it was: its manifest has another hash. Restore the build"
            " from a backup.",
            build=now.build,
        )
    if then.code_version != now.code_version:
        yield text(
            "Counterpoise was version {then} and is version {now}.",
            then=then.code_version,
            now=now.code_version,
        )
    if then.seed != now.seed:
        yield text("The seed was {then} and is {now}.", then=then.seed, now=now.seed)


def _compare_rules(then: Inputs, now: Inputs) -> Iterator[Text]:
    """An entry that came or went is told by what held on its day before and what holds now."""
    before, after = Rulebook(then.rules), Rulebook(now.rules)
    changed = set(then.rules) ^ set(now.rules)
    for key, subject, day in sorted({_identify(rule) for rule in changed}):
        name = f"{key} ({subject})" if subject else key
        yield _tell_rule(name, day, before.find(key, day, subject), after.find(key, day, subject))


def _tell_rule(name: str, day: date, was: Rule | None, now: Rule | None) -> Text:
    if was is None:
        assert now is not None, "one of the two holds the entry that changed"
        return text("{rule} is new: {now} from {day} on.", rule=name, now=_say(now.value), day=day)
    if now is None:
        return text(
            "{rule} was {then} from {day} on and is no longer set.",
            rule=name,
            then=_say(was.value),
            day=day,
        )
    if was.value != now.value:
        return text(
            "{rule} was {then} and is {now} from {day} on.",
            rule=name,
            then=_say(was.value),
            now=_say(now.value),
            day=day,
        )
    return text(
        "{rule} is still {value} from {day} on. Its unit and source were {then} and are {now}.",
        rule=name,
        value=_say(now.value),
        day=day,
        then=_say([was.unit, was.source]),
        now=_say([now.unit, now.source]),
    )


def _compare_overrides(then: Inputs, now: Inputs) -> Iterator[Text]:
    before = {each["id"]: each for each in then.overrides}
    after = {each["id"]: each for each in now.overrides}
    for number in sorted(before.keys() | after.keys()):
        was, held = before.get(number), after.get(number)
        told = was if held is None else held
        assert told is not None, "the number came from one of the two"
        what = _say([told.get(each) for each in ("measure", "month", "by") if told.get(each)], " ")
        amount = _say(told.get("amount"))
        if was is None:
            yield text(
                "Override {number} was added by {author}: {what} is {amount}.",
                number=number,
                author=_say(told.get("author")),
                what=what,
                amount=amount,
            )
        elif held is None:
            yield text(
                "Override {number} was withdrawn: {what} is no longer {amount}.",
                number=number,
                what=what,
                amount=amount,
            )
        else:
            for field in _list_changed(was, held):
                yield text(
                    "Override {number} of {what} changed: {field} was {then} and is {now}.",
                    number=number,
                    what=what,
                    field=field,
                    then=_say(was.get(field)),
                    now=_say(held.get(field)),
                )


def _compare_products(then: Inputs, now: Inputs) -> Iterator[Text]:
    """Decisions are withdrawn and made, never changed."""
    before = {each["id"]: each for each in (*then.launches, *then.phase_outs)}
    after = {each["id"]: each for each in (*now.launches, *now.phase_outs)}
    for number in sorted(before.keys() - after.keys()):
        yield text(
            "What was decided of {product} (decision {number}) was withdrawn.",
            product=_say(before[number].get("product")),
            number=number,
        )
    for number in sorted(after.keys() - before.keys()):
        told = after[number]
        yield text(
            "A launch of {product} was decided by {author} (decision {number})."
            if "month" in told
            else "A phase-out of {product} was decided by {author} (decision {number}).",
            product=_say(told.get("product")),
            author=_say(told.get("author")),
            number=number,
        )


def _compare_scenarios(then: Plain, now: Plain) -> Iterator[Text]:
    changed = _list_changed(then, now)
    if "name" in changed:
        yield text(
            "The scenario was {then} and is {now}.",
            then=_say(then.get("name")),
            now=_say(now.get("name")),
        )
        return
    for field in changed:
        yield text(
            "Scenario {name} changed: {field} was {then} and is {now}.",
            name=_say(now.get("name")),
            field=field,
            then=_say(then.get(field)),
            now=_say(now.get(field)),
        )


def _list_changed(then: Plain, now: Plain) -> list[str]:
    """Compared as written: true is not 1, and what is absent is not null."""

    def write(mapping: Plain, field: str) -> bytes:
        return canonical_bytes({field: mapping[field]} if field in mapping else {})

    fields_of_both = sorted(then.keys() | now.keys())
    return [each for each in fields_of_both if write(then, each) != write(now, each)]


def _say(value: Any, joint: str = "; ") -> str:
    """A plain value for a reader: lists and mappings are their values, in order."""
    if isinstance(value, Mapping):
        return _say([value[each] for each in sorted(value)], " ")
    if isinstance(value, list):
        return joint.join(_say(each, " ") for each in value if each not in ("", None)) or EMPTY
    return EMPTY if value in ("", None) else str(value)


def _identify(rule: Rule) -> tuple[str, str, date]:
    return rule.key, rule.subject, rule.effective_from


def _check_rules(rules: tuple[Rule, ...]) -> None:
    seen: set[tuple[str, str, date]] = set()
    for rule in rules:
        if _identify(rule) in seen:
            raise InvalidInputs(
                text(
                    "{rule} has two values from {day} on, so which of them holds would depend on"
                    " their order. Keep the one that holds.",
                    rule=f"{rule.key} / {rule.subject}" if rule.subject else rule.key,
                    day=rule.effective_from,
                )
            )
        seen.add(_identify(rule))


def _check_overrides(overrides: list[Plain]) -> None:
    seen: set[int] = set()
    for each in overrides:
        number = each.get("id") if isinstance(each, Mapping) else None
        if type(number) is not int:
            raise InvalidInputs(
                text(
                    "An override has the id {number}. Give each a whole number.",
                    number=repr(number),
                )
            )
        if number in seen:
            raise InvalidInputs(
                text(
                    "Override {number} is there twice. Give each a number of its own.",
                    number=number,
                )
            )
        seen.add(number)


def _check_decisions(decided: list[Plain]) -> None:
    numbers = [each.get("id") if isinstance(each, Mapping) else None for each in decided]
    if any(type(number) is not int for number in numbers) or len(set(numbers)) < len(numbers):
        raise InvalidInputs(
            text(
                "Launches or phase-outs have the ids {listed}. Give each a whole number of its"
                " own.",
                listed=", ".join(map(repr, numbers)),
            )
        )


def _check_plain(value: Any, what: str) -> None:
    if isinstance(value, float):
        raise InvalidInputs(
            text(
                "{what} holds {value} as a float, which other machines may write differently."
                " Give a Decimal or text.",
                what=what,
                value=repr(value),
            )
        )
    if isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            _check_plain(each, what)
