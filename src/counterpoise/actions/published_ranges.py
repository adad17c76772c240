"""Publishes measures carried forward, so that their ranges are scored once the truth arrives.

Looking at the explorer publishes nothing: a page that is read must not write. Published is what a
run of the cycle carries forward, the measures that the rulebook lists for the whole company by
month, and what a person publishes of what they look at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from counterpoise.actions import rules, series
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.domain.demand.explore import Wish
from counterpoise.domain.measure.question import UnknownMeasure
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.tables.published import Publication
from counterpoise.domain.time_series.series import BrokenSeries
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import Text, explain
from counterpoise.store import publications as stored

MEASURES, MONTHS = "coverage.measures", "coverage.months"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What every run publishes. unmet: what the rulebook lists and cannot be, and why."""

    wishes: tuple[Wish, ...]
    unmet: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """is_new: not published before; the same is never kept twice."""

    publication: Publication
    is_new: bool


def read_wishes(rulebook: Rulebook, on: date) -> Wishes:
    names = rulebook.get_text(MEASURES, on).split(",")
    months = int(rulebook.get_number(MONTHS, on))
    wishes, unmet = [], []
    for name in dict.fromkeys(each.strip() for each in names if each.strip()):
        try:
            wishes.append(series.wish(name, steps=months))
        except (UnknownMeasure, BrokenSeries) as error:
            unmet.append(explain(error))
    return Wishes(tuple(wishes), tuple(unmet))


def carry_for_run(build: CurrentBuild, as_of: date) -> tuple[Publication, ...]:
    """As known on the day of the run. What cannot be carried forward has no range to publish."""
    wishes = read_wishes(rules.load_rulebook(), as_of).wishes
    return tuple(_carry(build, wishes, as_of))


def publish_wish(
    build: CurrentBuild, wanted: Wish, visitor: Visitor | None, *, now: datetime
) -> Published:
    """What the explorer shows of a wish, its parts too. No visitor is the command line.

    Raises BrokenSeries, MissingRate and InvalidRule where nothing can be said.
    """
    said = Publication.of(series.carry(build, wanted, today=now.date()), build.id)
    is_new = stored.keep(said, author_id=visitor.id if visitor else None, at=now)
    return Published(said, is_new)


def list_unmet(today: date) -> tuple[Text, ...]:
    return read_wishes(rules.load_rulebook(), today).unmet


def _carry(build: CurrentBuild, wishes: tuple[Wish, ...], as_of: date) -> Iterator[Publication]:
    for each in wishes:
        try:
            yield Publication.of(series.carry_known(build, each, as_of), build.id)
        except (BrokenSeries, MissingRate, InvalidRule):
            continue
