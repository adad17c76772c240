"""What a build knew on an evening of a period: its deals by rep, its sellers, its targets."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure.formulas import round_money
from counterpoise.domain.measure.plain_places import Directory, first
from counterpoise.domain.measure.question import Labels, Question
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.measure.targets import Target, add_up_targets
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.call import DealSum, PeriodDeals, Seller
from counterpoise.domain.tables.deals import day_of
from counterpoise.domain.tables.forecast import Staff
from counterpoise.domain.tables.team_tree import TeamTree
from counterpoise.domain.values.period import Period
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.measures import running
from counterpoise.warehouse.measures.days import number_of
from counterpoise.warehouse.measures.directory import read_directory
from counterpoise.warehouse.measures.facts import find_facts, list_currencies
from counterpoise.warehouse.measures.known import KnownDeals
from counterpoise.warehouse.measures.rates import check_rates, get_rate_of
from counterpoise.warehouse.measures.targets import list_targets

_QUESTION = Question(("pipeline_open",), ("rep",))
"""It needs what we need of a deal: its amount and its planned day, as known then, and whose."""
_WORD = "forecast_category"


def read_period_deals(
    folder: Path, period: Period, as_of: date, *, rulebook: Rulebook
) -> PeriodDeals:
    """Of the build in `folder`. Raises MissingRate and TeamsInACircle."""
    with open_build(folder) as build:
        build.con.execute("SET preserve_insertion_order = false")
        return read_on(build, period, as_of, rulebook)


def read_staff(folder: Path, as_of: date, *, rulebook: Rulebook) -> Staff:
    """Who counts in which teams, and who has left by a day. Raises MissingRate and
    TeamsInACircle."""
    with open_build(folder) as build:
        known = _know(build, as_of, rulebook)
        directory = read_directory(known, ("rep", "team"))
        tree, sellers = _grow_tree(directory), _list_sellers(known, directory)
    return Staff(
        teams={
            each.name: (each.team, *tree.list_above(each.team)) for each in sellers if each.team
        },
        gone=frozenset(each.name for each in sellers if each.has_left),
    )


def read_on(backend: SQLBackend, period: Period, as_of: date, rulebook: Rulebook) -> PeriodDeals:
    """The same over any engine that holds the canonical tables."""
    known = _know(backend, as_of, rulebook)
    targets = [each for each in list_targets(known) if each.start < period.end]
    directory = read_directory(known, ("rep", "team"))
    tree = _grow_tree(directory)
    of_teams = _name(_take_targets(targets, ("team",), period))
    return PeriodDeals(
        period=period,
        as_of=as_of,
        currency=known.settings.rates.reporting,
        sums=_add_up(known, period),
        sellers=_list_sellers(known, directory),
        rep_targets=_name(_take_targets(targets, ("rep",), period)),
        team_targets=tree.add_up_targets(
            of_teams, {each.places["team"] for each in targets if each.level == "team"}
        ),
        target=_to_cents(_take_targets(targets, (), period).get(())),
        tree=tree,
    )


def _know(backend: SQLBackend, as_of: date, rulebook: Rulebook) -> KnownDeals:
    facts = find_facts(backend, rulebook.get_text("company.time_zone", as_of))
    settings = build_settings(rulebook, as_of, currencies=list_currencies(backend), fold=fold)
    return KnownDeals(backend, settings, facts, _QUESTION, also=(_WORD,))


def _add_up(known: KnownDeals, period: Period) -> tuple[DealSum, ...]:
    deals = known.table
    check_rates(known.backend, deals, known.settings.rates)
    is_won = deals.status == "won"
    is_meant = (is_won & _lies_in(deals.closed, period)) | (
        (deals.status == "open") & _lies_in(deals.expected, period)
    )
    meant = deals.filter(is_meant.fill_null(False))  # noqa: FBT003
    keys = ("rep", _WORD, "closed", "rate")
    found = meant.group_by(*keys).agg(money=meant.amount.sum())
    sums: dict[tuple[str, str, int | None], Decimal] = {}
    for row in running.fetch(known.backend, found):
        word = row[_WORD] if row["closed"] is None else ""
        key = (row["rep"], word, row["closed"])
        worth = (row["money"] or Decimal(0)) * get_rate_of(row["rate"], known.settings.rates)
        sums[key] = sums.get(key, Decimal(0)) + worth
    in_order = sorted(sums, key=lambda key: (key[0], key[1], key[2] or 0))
    return tuple(
        DealSum(rep, word, None if day is None else day_of(day), sums[rep, word, day])
        for rep, word, day in in_order
    )


def _lies_in(day: ir.IntegerValue, period: Period) -> ir.BooleanValue:
    return (day >= number_of(period.start)) & (day < number_of(period.end))


def _grow_tree(directory: Directory) -> TeamTree:
    """By name; of several teams above one the first by name. Raises TeamsInACircle."""
    above: dict[str, set[str]] = {}
    for row in directory.list_rows("team"):
        upper = directory.find_row("team", row["source"], row["parent_id"])
        name = first(upper.get("name"), row["parent_id"])
        above.setdefault(first(row["name"], row["source_id"]), set()).update({name} - {""})
    return TeamTree({team: min(names) for team, names in above.items() if names})


def _list_sellers(known: KnownDeals, directory: Directory) -> tuple[Seller, ...]:
    """By name, as the measures spell it; of several rows of one name somebody is left of none."""
    teams: dict[str, set[str]] = {}
    gone: dict[str, bool] = {}
    for row in directory.list_rows("rep"):
        placed = directory.place_rep(row["source"], row["source_id"])
        teams.setdefault(placed["rep"], set()).update({placed["team"]} - {""})
        left_on = row["left_on"]
        has_left = left_on is not None and left_on <= known.settings.as_of
        gone[placed["rep"]] = gone.get(placed["rep"], True) and has_left
    return tuple(
        Seller(name, tuple(sorted(teams[name])), gone[name]) for name in sorted(teams) if name
    )


def _take_targets(
    targets: list[Target], by: tuple[str, ...], period: Period
) -> Mapping[Labels, Fraction]:
    return add_up_targets(targets, Question(("quota_attainment",), by, period), period)


def _name(sums: Mapping[Labels, Fraction]) -> dict[str, Decimal]:
    return {labels[0]: round_money(amount) for labels, amount in sorted(sums.items()) if labels[0]}


def _to_cents(amount: Fraction | None) -> Decimal | None:
    return None if amount is None else round_money(amount)
