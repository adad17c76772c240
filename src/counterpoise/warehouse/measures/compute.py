"""Published measures of a build: which are asked, as known when, by the rulebook of the company."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from ibis.backends.sql import SQLBackend

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure.formulas import round_money
from counterpoise.domain.measure.question import Labels, Question, publish
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.measured import Measured, PastForecast
from counterpoise.domain.values.period import Period
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.marts.rollup import ROLLUP, find_zone, is_complete
from counterpoise.warehouse.measures.answering import Answering
from counterpoise.warehouse.measures.answers import answer
from counterpoise.warehouse.measures.facts import find_facts, list_currencies

_BEFORE_ANY_DATA = date(1970, 1, 2)


def compute_measures(
    folder: Path,
    names: tuple[str, ...] = (),
    *,
    by: tuple[str, ...] = (),
    period: Period | None = None,
    as_of: date | None = None,
    rulebook: Rulebook,
) -> tuple[Measured, ...]:
    """Measures of the build in `folder`; see Question for what leaving something out means."""
    question = Question(names, by, period, as_of)
    return answer_question(folder, question, rulebook=rulebook)


def answer_question(
    folder: Path, question: Question, *, rulebook: Rulebook, past: Iterable[PastForecast] = ()
) -> tuple[Measured, ...]:
    """The measures asked for, over the build in `folder`.

    past: what saved forecasts said, for forecast_error and forecast_bias. Raises MissingRate where
    amounts in several currencies have no rates.
    """
    with open_build(folder) as build:
        build.con.execute("SET preserve_insertion_order = false")
        zone = rulebook.get_text("company.time_zone", question.as_of or date.max)
        if (folder / ROLLUP).is_dir() and find_zone(folder) == zone and is_complete(folder):
            build.read_parquet(str(folder / ROLLUP / "*.parquet"), table_name=ROLLUP)
        return compute_on(build, question, rulebook=rulebook, past=past)


def compute_on(
    backend: SQLBackend,
    question: Question,
    *,
    rulebook: Rulebook,
    past: Iterable[PastForecast] = (),
) -> tuple[Measured, ...]:
    """The same over any engine that holds the canonical tables."""
    asked = _ask(backend, question, rulebook, past)
    return tuple(
        measured
        for definition in question.definitions
        for measured in publish(
            definition, answer(asked, definition.name), question.by, asked.settings.rates.reporting
        )
    )


def find_target(folder: Path, period: Period, as_of: date, *, rulebook: Rulebook) -> Decimal | None:
    """The company's target of won revenue for a period, to the cent; None where none is set."""
    return find_targets(folder, period, as_of, rulebook=rulebook).get(())


def find_targets(
    folder: Path, period: Period, as_of: date, *, by: tuple[str, ...] = (), rulebook: Rulebook
) -> dict[Labels, Decimal]:
    """The same of each part that has a target, by its labels in the order of `by`."""
    question = Question(("quota_attainment",), by, period, as_of)
    with open_build(folder) as build:
        sums = _ask(build, question, rulebook, ()).target_sums
    return {labels: round_money(amount) for labels, amount in sums.items()}


def _ask(
    backend: SQLBackend, question: Question, rulebook: Rulebook, past: Iterable[PastForecast]
) -> Answering:
    zone_on = question.as_of or date.max
    facts = find_facts(backend, rulebook.get_text("company.time_zone", zone_on))
    as_of = question.as_of or facts.last_of_all or _BEFORE_ANY_DATA
    needs_money = any(each.adds_up_money for each in question.definitions)
    currencies = list_currencies(backend) if needs_money else None
    settings = build_settings(rulebook, as_of, currencies=currencies, fold=fold)
    return Answering(backend, question, settings, facts, past)
