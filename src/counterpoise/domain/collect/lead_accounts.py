"""Which account a lead belongs to, on what ground, and where only a person can say.

What a person said comes first, then the account that the lead became as its source says, then the
web domain of its mailbox, then the company's name and country, and last how alike the two are.
Where a ground names several accounts, or domain and name disagree, none is chosen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from counterpoise.domain.collect.identity_costs import Thresholds

Ground = Literal["verified", "converted", "domain", "name", "likeness"]
GROUNDS: tuple[Ground, ...] = get_args(Ground)
Standing = Literal["placed", "doubtful", "unknown"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)


@dataclass(frozen=True, slots=True)
class Clue:
    """What speaks for one account's record. entity: the number of its customer.

    has_name: the company's name and its country are the same. likelihood: that the company which
    the lead names is this account, None where the two were not compared.
    """

    account: str
    entity: int
    is_converted: bool = False
    has_domain: bool = False
    has_name: bool = False
    likelihood: float | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """An account that a lead may belong to: its records, and all grounds, the strongest first."""

    entity: int
    accounts: tuple[str, ...]
    grounds: tuple[Ground, ...]
    likelihood: float | None


@dataclass(frozen=True, slots=True)
class Placement:
    """options: the likeliest first. chosen: the account, on `ground`; None where a person has to
    say, or nobody knows any."""

    options: tuple[Option, ...]
    chosen: Option | None = None
    ground: Ground | None = None

    @property
    def standing(self) -> Standing:
        if self.chosen is not None:
            return "placed"
        return "doubtful" if self.options else "unknown"


def place_lead(clues: Iterable[Clue], said: Mapping[str, str], thresholds: Thresholds) -> Placement:
    """said: by an account's record what a person said of it, `same` or `different`."""
    options = _gather(clues, said, thresholds)
    for ground in GROUNDS[:2]:
        if named := _find(options, ground):
            return _choose(options, named, ground)
    by_domain, by_name = _find(options, "domain"), _find(options, "name")
    both = [each for each in by_domain if each in by_name]
    if by_domain and by_name and len(both) != 1:
        return Placement(options)
    if by_domain:
        return _choose(options, both or by_domain, "domain", least=thresholds.review)
    if by_name:
        return _choose(options, by_name, "name", least=thresholds.review)
    strong = [each for each in options if (each.likelihood or 0) >= thresholds.automatic]
    return _choose(options, strong, "likeness")


def _choose(
    options: tuple[Option, ...], named: Sequence[Option], ground: Ground, least: float = 0
) -> Placement:
    """The one that is named, unless the rest of what is known of it speaks against it."""
    if len(named) != 1 or (named[0].likelihood is not None and named[0].likelihood < least):
        return Placement(options)
    return Placement(options, named[0], ground)


def _find(options: Iterable[Option], ground: Ground) -> list[Option]:
    return [each for each in options if ground in each.grounds]


def _gather(
    clues: Iterable[Clue], said: Mapping[str, str], thresholds: Thresholds
) -> tuple[Option, ...]:
    """One option a customer, with what speaks for any of its records; what a person put away and
    what hardly anything speaks for is left out."""
    grouped: dict[int, list[Clue]] = {}
    for clue in clues:
        grouped.setdefault(clue.entity, []).append(clue)
    options = []
    for entity, ours in grouped.items():
        words = {said.get(each.account, "") for each in ours}
        if "different" in words:
            continue
        known = [each.likelihood for each in ours if each.likelihood is not None]
        likelihood = max(known, default=None)
        has = {
            "verified": "same" in words,
            "converted": any(each.is_converted for each in ours),
            "domain": any(each.has_domain for each in ours),
            "name": any(each.has_name for each in ours),
            "likeness": (likelihood or 0) >= thresholds.review,
        }
        if grounds := tuple(each for each in GROUNDS if has[each]):
            accounts = tuple(sorted(each.account for each in ours))
            options.append(Option(entity, accounts, grounds, likelihood))
    return tuple(sorted(options, key=_rank))


def _rank(option: Option) -> tuple[tuple[int, ...], float, int]:
    places = tuple(GROUNDS.index(each) for each in option.grounds)
    return places, -(option.likelihood or 0), option.entity
