"""What health says of one kind of problem: how grave it is, and what a person should do about it.

Fixes are written for the person who will do it: the owner of the record, or whoever looks after
the CRM.
"""

from dataclasses import dataclass
from decimal import Decimal

from counterpoise.domain.tables.health import Rule, Severity
from counterpoise.domain.values.text import Text, text

_FIXES: dict[tuple[Rule, str], str] = {
    ("completeness", ""): (
        "Ask the owners of these rows to fill in {attribute}, and make the field required where"
        " {table} rows are entered."
    ),
    ("completeness", "key"): (
        "Choose the right record for {attribute} in each of these rows, and make the field"
        " required. Without it they are missing from every figure by that record."
    ),
    ("completeness", "amount"): (
        "Ask the owners of these open deals for a first estimate of the amount. Without one the"
        " deals count for nothing in the pipeline; it can be changed later."
    ),
    ("completeness", "stage"): (
        "Fill in {attribute} before a deal reaches one of the stages that need it by the rulebook"
        " (health.required), such as {example}."
    ),
    ("validity", "pattern"): (
        "Write {attribute} in the form that the rulebook asks for (health.pattern), not as in"
        " {example}."
    ),
    ("uniqueness", "rule"): (
        "Give each row a value of its own for {attribute}, as the rulebook asks (health.unique):"
        " {example} is there more than once."
    ),
    ("range", "rule"): (
        "Correct {attribute} where it lies outside the limits of the rulebook (health.range), as"
        " with {example}; or change the limits, if the value is right."
    ),
    ("stale", "source"): (
        "Refresh this source, or see why nothing comes from it: its newest row is older than the"
        " rulebook allows (health.fresh), as in {example}."
    ),
    ("drift", "empty"): (
        "See what changed at the source: since the load before, {attribute} is empty in many more"
        " rows. A field may have been hidden, renamed or dropped."
    ),
    ("drift", "new"): (
        "See whether this value of {attribute} is meant: no row had it in the load before, and now"
        " many do, such as {example}. If it is, say in the rulebook what it stands for."
    ),
    ("drift", "vanished"): (
        "See why {attribute} lost a value that was common in the load before, such as {example}: a"
        " list may have been changed, or values renamed."
    ),
    ("habit", "left"): (
        "Give these open deals to somebody who works here: their owner has left or is no longer"
        " active, so nobody follows them up."
    ),
    ("habit", "month_end"): (
        "Ask the owners for a closing day that the buyer has named: many of these were put off just"
        " when the month ended, as in {example}, and not when something was learned."
    ),
    ("habit", "at_once"): (
        "See who changed so many deals within one minute, such as at {example}, and why: either a"
        " tool wrote under a person's name, or the changes say nothing of single deals."
    ),
    ("habit", "round"): (
        "Ask the owners for an amount with its reasons: {example} is one digit and zeros, as hardly"
        " any other deal is, so it is likely a guess."
    ),
    ("drift", "growth"): (
        "See whether so many new rows are right, such as {example}: the table grew much more than"
        " from one load to the next before. They may be there twice under other ids."
    ),
    ("validity", "email"): (
        "Ask for the right address where nothing can be delivered, as to {example}, and let the"
        " entry form check addresses."
    ),
    ("validity", "phone"): (
        "Ask for the number with its country code where nobody can be called, as at {example}, or"
        " leave the field empty."
    ),
    ("validity", "spelling"): (
        "Correct what looks misspelt, as in {example}, to the spelling meant, and let people choose"
        " {attribute} from a list."
    ),
    ("validity", "code"): (
        "Replace what is not a known value of {attribute}, such as {example}, by one that is."
    ),
    ("uniqueness", "name"): (
        "Compare each row with the older one that it seems to repeat, as in {example}, and merge"
        " the two if they are the same."
    ),
    ("uniqueness", "email"): (
        "See whether rows with one e-mail address, such as {example}, are the same person. If so,"
        " merge them; if not, correct the address."
    ),
    ("uniqueness", "phone"): (
        "See whether rows with one phone number and name, such as {example}, are the same person."
        " If so, merge them."
    ),
    ("reference", ""): (
        "Point these rows to a record that exists instead of one that was not collected, such as"
        " {example}; or export and collect the missing records."
    ),
    ("reference", "merge"): (
        "See in the source which record is left of these: merged in a circle, or into a record"
        " that was not collected, as in {example}, they take along whatever refers to them."
    ),
    ("near_miss_key", ""): (
        "Correct {attribute} to the known record that it almost names, as in {example}. Until then"
        " these rows are not counted with that record."
    ),
    ("range", "negative"): (
        "Enter the right {attribute} in place of one that cannot be, such as {example}: nothing is"
        " worth less than nothing, and a deal won is worth something."
    ),
    ("range", "far"): (
        "See whether digits, a sign or a decimal mark slipped where {attribute} is far from all"
        " others, as with {example}, and correct it."
    ),
    ("range", "share"): (
        "Enter a share between 0 and 100 % in place of one that cannot be, such as {example}."
    ),
    ("date_order", ""): (
        "Correct whichever date is wrong where {attribute} lies before what must have come first,"
        " or in the future, as in {example}."
    ),
    ("stale", ""): (
        "Ask the owners to set a next step and a date for these open deals, or to close them as"
        " lost. Nobody has touched them for so long, one since {example}, and hardly any deal"
        " that old was ever won."
    ),
}

GENERAL_KIND: dict[Rule, str] = {
    "completeness": "",
    "validity": "spelling",
    "uniqueness": "name",
    "reference": "",
    "near_miss_key": "",
    "range": "far",
    "date_order": "",
    "stale": "",
    "drift": "new",
    "habit": "round",
}
"""The kind whose words fit rows of several kinds."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule broken by an attribute. kind: of which sort, where a rule has several."""

    table: str
    attribute: str
    rule: Rule
    kind: str = ""

    def __post_init__(self) -> None:
        assert (self.rule, self.kind) in _FIXES, f"no fix for {self.rule} of kind {self.kind!r}"


def write_fix(problem: Problem, rows: int, example: str) -> Text:
    """The sentence for a kind of problem; `example` stands in it where it has a place for one."""
    return text(
        _FIXES[(problem.rule, problem.kind)],
        rows=rows,
        table=problem.table,
        attribute=problem.attribute,
        example=example,
    )


def grade(share: Decimal, high_from: Decimal, medium_from: Decimal) -> Severity:
    if share >= high_from:
        return "high"
    return "medium" if share >= medium_from else "low"
