"""What is compared of two records, and which records are compared at all, by kind of record.

Two records are compared where a block of both is the same; each compared field then speaks for or
against their being one, with a weight that is learned from the data.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from counterpoise.domain.values.text import text

Kind = Literal["account", "contact", "lead", "person"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SIDES: tuple[Kind, Kind] = ("contact", "lead")
"""The kinds whose records are people. A person has records of both."""
LETTERS: dict[Kind, str] = {"account": "A", "contact": "C", "lead": "L", "person": "P"}
"""What the id of a customer of the kind begins with."""
How = Literal[
    "name",
    "word",
    "text",
    "code",
    "exact",
    "domain",
    "email",
    "phone",
    "postcode",
    "house",
    "address",
]


class UnknownCustomer(LookupError):
    """No customer has the id."""


def name_customer(kind: Kind, number: int) -> str:
    return f"{LETTERS[kind]}-{number}"


def read_customer(name: str) -> tuple[Kind, int]:
    """The kind and number of an id such as A-12. Raises UnknownCustomer for what is none."""
    letter, _, number = name.partition("-")
    kind = next((kind for kind, begins in LETTERS.items() if begins == letter), None)
    if kind is None or not (number.isascii() and number.isdigit() and len(number) < 16):
        raise UnknownCustomer(
            text(
                "There is no customer '{name}'. Ids are a letter and a number, such as A-12; look"
                " it up in the list of customers.",
                name=name,
            )
        )
    return kind, int(number)


def name_side(kind: Kind, record: str) -> str:
    """A contact's or a lead's id among those of people: two may have one id in one source."""
    return f"{kind}:{record}"


def read_side(record: str) -> tuple[Kind, str]:
    """The kind and the id there of a person's record."""
    side, _, own = record.partition(":")
    return ("lead" if side == "lead" else "contact"), own


@dataclass(frozen=True, slots=True)
class SaidOfPairs:
    """Pairs of records of which it is known that they are, or are not, one."""

    same: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """A field, and how alike two values of it can be. is_weighed: rare values say more than common
    ones. `name` and `word` need a field of the same name with `_sound` behind it."""

    field: str
    how: How
    is_weighed: bool = False


@dataclass(frozen=True, slots=True)
class IdentityModel:
    """blocks: fields that both records have alike, joined; `name:4` takes the first four letters.

    training: blocks whose pairs the weights are learned from, but for the fields of the block.
    sure: blocks that hardly anything but one and the same falls into; recall is the share of all
    true pairs that they find. They only tell how many pairs there are to be found.
    """

    name: str
    compared: tuple[Compared, ...]
    blocks: tuple[tuple[str, ...], ...]
    training: tuple[tuple[str, ...], ...]
    sure: tuple[tuple[str, ...], ...]
    recall: float = 0.7


_PERSON = (
    Compared("name", "name", is_weighed=True),
    Compared("email", "email"),
    Compared("phone", "phone"),
    Compared("company", "text", is_weighed=True),
    Compared("country", "exact", is_weighed=True),
)
_PERSON_BLOCKS = (
    ("email",),
    ("phone",),
    ("name", "company"),
    ("name_sound", "company_sound"),
    ("name_sound", "phone_tail"),
    ("name:4", "domain"),
    ("name_sound", "country"),
    ("phone_tail", "company:4"),
)
_PERSON_TRAINING = (("email",), ("phone",), ("name_sound", "country"))
_PERSON_SURE = (("email",), ("name", "phone"), ("name", "company"))

MODELS: dict[Kind, IdentityModel] = {
    "account": IdentityModel(
        "account",
        (
            Compared("name", "name", is_weighed=True),
            Compared("domain", "domain", is_weighed=True),
            Compared("city", "text", is_weighed=True),
            Compared("country", "exact", is_weighed=True),
        ),
        blocks=(
            ("domain",),
            ("name",),
            ("name_sound",),
            ("name:5", "country"),
            ("name_sound:4", "city:4"),
        ),
        training=(("domain",), ("name_sound",), ("name:5", "country")),
        sure=(("name", "domain"), ("name", "city", "country")),
    ),
    "contact": IdentityModel("contact", _PERSON, _PERSON_BLOCKS, _PERSON_TRAINING, _PERSON_SURE),
    "lead": IdentityModel("lead", _PERSON, _PERSON_BLOCKS, _PERSON_TRAINING, _PERSON_SURE),
    "person": IdentityModel("person", _PERSON, _PERSON_BLOCKS, _PERSON_TRAINING, _PERSON_SURE),
}
