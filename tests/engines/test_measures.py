"""The warehouse gives what plain Python gives, for every measure, on all that can be landed."""

import re
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure import plain
from counterpoise.domain.measure.definitions import DEFINITIONS
from counterpoise.domain.measure.question import Question
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.measure.targets import NoTarget
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.measured import PastForecast
from counterpoise.domain.values.period import Period
from counterpoise.warehouse.marts.rollup import ROLLUP, write_rollup
from counterpoise.warehouse.measures.compute import (
    answer_question,
    compute_measures,
    compute_on,
    find_target,
)
from engines.companies import companies
from engines.sample_facts import make_company
from written_builds import at, to_arrow, write_build, write_maven

RULES = (
    ("company.currency", "", "AED"),
    ("exchange_rate", "EUR", "3.9"),
    ("stage.kind", "Closed Won", "won"),
    ("stage.kind", "closed lost", "lost"),
    ("working_time.hours", "North", "Sun-Thu 08:00-12:00 13:00-17:30; Sat 22:00-24:00"),
    ("working_time.hours", "Europe/Berlin", "Mon-Sun 00:00-24:00"),
    ("working_time.days_off", "", "2026-01-06 2026-03-08 2026-03-29"),
    ("company.time_zone", "Levant", "Africa/Cairo"),
)
PLACES = (
    *("rep", "team", "region", "product", "segment", "source", "stage", "type"),
    *("created_quarter", "hire_quarter"),
)


def rulebook(zone="Asia/Dubai"):
    long_ago = date(1970, 1, 2)  # a day after the defaults, which it replaces
    rules = [Rule(key, subject, value, "", long_ago, "test") for key, subject, value in RULES]
    rules.append(Rule("exchange_rate", "EUR", "4.01", "", date(2026, 2, 1), "test"))
    rules.append(
        Rule("working_time.hours", "Gulf", "Mon 10:00-11:00", "", date(2026, 2, 2), "test")
    )
    rules.append(Rule("measure.fewest_rows", "", "2", "", long_ago, "test"))
    rules.append(Rule("company.time_zone", "", zone, "", long_ago, "test"))
    return Rulebook((*load_defaults().rules, *rules))


def answer_plainly(tables, question, rules, past=()):
    zone = rules.get_text("company.time_zone", date.max)
    as_of = question.as_of or plain.find_last_day(tables, zone) or date(1970, 1, 2)
    used = {
        row.get("currency") for name in ("opportunity", "target") for row in tables.get(name, ())
    }
    needs = any(each.adds_up_money for each in question.definitions)
    found = build_settings(
        rules,
        as_of,
        currencies=used - {None} if needs else None,
        fold=fold,
    )
    return plain.measure(tables, question, found, past)


class Engine:
    """One DuckDB for all examples: opening one takes longer than an example."""

    def __init__(self):
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        self.backend = ibis.duckdb.from_connection(self.connection)

    def answer(self, tables, question, rules, past=()):
        with self.holding(tables) as backend:
            return compute_on(backend, question, rulebook=rules, past=past)

    @contextmanager
    def holding(self, tables):
        """The engine with these tables in it and nothing of the examples before."""
        for name, table in to_arrow(tables).items():
            self.connection.register("given", table)
            self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM given")
            self.connection.unregister("given")
        yield self.backend
        self._forget_stages()

    def _forget_stages(self):
        rows = self.connection.execute(
            "SELECT view_name, 'VIEW' FROM duckdb_views() WHERE view_name LIKE 'stage_%'"
            " UNION ALL SELECT table_name, 'TABLE' FROM duckdb_tables()"
            " WHERE table_name LIKE 'stage_%'"
        ).fetchall()
        for name, kind in rows:
            self.connection.execute(f'DROP {kind} "{name}"')


@pytest.fixture(scope="module")
def engine():
    return Engine()


def plain_rows(tables):
    """As the marts hold them: an empty text is no value there."""
    return {
        name: [{key: None if value == "" else value for key, value in row.items()} for row in rows]
        for name, rows in tables.items()
    }


splits = (
    st.lists(st.sampled_from([*PLACES, "day", "week", "month", "quarter"]), max_size=2, unique=True)
    .filter(lambda by: "week" not in by or not {"month", "quarter"} & set(by))
    .map(tuple)
)
periods = st.sampled_from([None, *map(Period.parse, ("2026-01", "2026-02", "2026-Q1", "2026"))])
days = st.one_of(
    st.none(), st.builds(lambda n: date(2026, 1, 1) + timedelta(days=n), st.integers(-5, 110))
)


@st.composite
def questions(draw, most):
    """Measures that the split allows; `most` of them at once."""
    by = draw(splits)
    allowed = [name for name, each in DEFINITIONS.items() if set(by) <= set(each.dimensions)]
    names = draw(st.lists(st.sampled_from(allowed), max_size=most, unique=True)) if allowed else []
    return Question(tuple(names) or tuple(allowed[:most]), by, draw(periods), draw(days))


zones = st.sampled_from(["UTC", "Asia/Dubai", "Europe/Berlin", "America/Santiago"])
forecasts = st.lists(
    st.builds(
        PastForecast,
        made_on=st.sampled_from([date(2025, 12, 20), date(2025, 12, 30), date(2026, 1, 20)]),
        month=st.sampled_from([date(2026, 1, 1), date(2026, 2, 1)]),
        by=st.sampled_from([(), (("region", "Gulf"),)]),
        value=st.builds(Decimal, st.integers(0, 10**5)),
    ),
    max_size=4,
)


def check(engine, tables, question, zone, past):
    rules = rulebook(zone)
    tables = plain_rows(tables)
    try:
        expected = answer_plainly(tables, question, rules, past)
    except NoTarget as refused:
        with pytest.raises(NoTarget, match=re.escape(str(refused))):
            engine.answer(tables, question, rules, past)
        return
    assert engine.answer(tables, question, rules, past) == expected


AS_THEY_COME = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink takes longer than to read
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.case("MON-01", "TIM-01", "TIM-02", "TIM-08")
@settings(AS_THEY_COME, max_examples=25)
@given(companies, questions(most=3), zones, forecasts)
def test_engines_agree(engine, tables, question, zone, past):
    check(engine, tables, question, zone, past)


@pytest.mark.soak
@settings(AS_THEY_COME, max_examples=1000)
@given(companies, questions(most=19), zones, forecasts)
def test_engines_agree_on_many_companies(engine, tables, question, zone, past):
    check(engine, tables, question, zone, past)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(Question(as_of=date(2026, 3, 10)), id="everything, as known in March"),
        pytest.param(Question(by=("region", "quarter")), id="by region and quarter"),
    ],
)
def test_engines_agree_on_a_company_with_every_trouble(engine, question):
    check(engine, make_company(deals=300, seed=7), question, "Europe/Berlin", ())


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(Question(as_of=date(2017, 9, 30)), id="as known in September"),
        pytest.param(
            Question(by=("region",), period=Period.parse("2017-Q4")), id="the last quarter"
        ),
    ],
)
def test_engines_agree_on_maven(tmp_path, shared_data, question):
    folder = write_maven(tmp_path / "build", shared_data)
    tables = {
        name: pq.read_table(folder / name).to_pylist()
        for name in ("opportunity", "opportunity_change", "rep", "account", "product")
    }
    rules = load_defaults()
    expected = answer_plainly(tables, question, rules)
    assert answer_question(folder, question, rulebook=rules) == expected


def test_maven_adds_up_to_what_its_file_says(tmp_path, shared_data):
    folder = write_maven(tmp_path / "build", shared_data)
    names = ("won_revenue", "won_deals", "lost_deals", "win_rate")
    measured = compute_measures(folder, names, rulebook=load_defaults())
    assert [(each.name, each.value, each.n) for each in measured] == [
        ("won_revenue", Decimal("10005534.00"), 4238),
        ("won_deals", Decimal(4238), 4238),
        ("lost_deals", Decimal(2473), 2473),
        ("win_rate", Decimal("0.631501"), 6711),
    ]


DAY = [
    {"source_id": "E1", "type": "call", "occurred_at": at("2026-03-01 21:30"),
     "duration_minutes": 30.0, "owner_id": "R1"},
    {"source_id": "E2", "type": "email", "occurred_at": at("2026-03-01 12:00"), "owner_id": "R1"},
]  # fmt: skip
COUNTED = Question(("activities", "selling_hours"), period=Period.parse("2026-03"))


def test_activities_are_counted_from_the_roll_up_of_the_same_clock(tmp_path):
    folder = write_build(tmp_path / "build", activity=DAY)
    _write_roll_up(folder, zone="UTC", activities=40)
    counted = answer_question(folder, COUNTED, rulebook=rulebook("UTC"))
    assert [each.value for each in counted] == [Decimal(40), Decimal("1.50")]


def test_a_roll_up_of_another_clock_is_left_alone(tmp_path):
    folder = write_build(tmp_path / "build", activity=DAY)
    _write_roll_up(folder, zone="Asia/Tokyo", activities=40)
    counted = answer_question(folder, COUNTED, rulebook=rulebook("UTC"))
    assert [each.value for each in counted] == [Decimal(2), Decimal("0.50")]


def _write_roll_up(folder, zone, activities):
    table = pa.table(
        {
            "day": [date(2026, 3, 1)],
            "source": ["files"],
            "owner_id": ["R1"],
            "type": ["Call"],
            "gone": pa.array([None], pa.date32()),
            "activities": [activities],
            "minutes": [90.0],
        }
    )
    (folder / "activity_by_day").mkdir()
    written = table.replace_schema_metadata({"zone": zone})
    pq.write_table(written, folder / "activity_by_day" / "all.parquet")


def test_target_of_a_period_is_the_companys(tmp_path):
    target = {"source_id": "Q", "period_start": date(2026, 1, 1), "amount": Decimal(900)}
    folder = write_build(tmp_path / "build", target=[target])
    january, later, on = Period.parse("2026-01"), Period.parse("2027-01"), date(2026, 1, 5)
    assert find_target(folder, january, on, rulebook=rulebook()) == Decimal("310.00")
    assert find_target(folder, later, on, rulebook=rulebook()) is None


@pytest.mark.case("IMP-21")
@pytest.mark.parametrize(
    ("as_of", "counted"),
    [
        pytest.param(date(2026, 4, 1), 2, id="the day before its removal"),
        pytest.param(date(2026, 4, 2), 1, id="from its removal on"),
        pytest.param(None, 1, id="as all that is known has it"),
    ],
)
def test_a_removed_activity_counts_until_the_day_before(tmp_path, as_of, counted):
    gone = {**DAY[0], "deleted_at": at("2026-04-02 09:00")}
    folder = write_build(tmp_path / "build", activity=[gone, DAY[1]])
    with duckdb.connect() as connection:
        write_rollup(connection, folder, "UTC", None)
    question = Question(("activities",), as_of=as_of)
    for rules in (rulebook("UTC"), rulebook("Asia/Tokyo")):  # from the roll-up, and without it
        (found,) = answer_question(folder, question, rulebook=rules)
        assert found.value == counted


def test_a_roll_up_of_an_earlier_version_is_left_alone(tmp_path):
    folder = write_build(tmp_path / "build", activity=DAY)
    _write_roll_up(folder, zone="UTC", activities=40)
    (path,) = (folder / ROLLUP).glob("*.parquet")
    kept = pq.read_table(path).drop_columns(["gone"])
    pq.write_table(kept, path)
    counted = answer_question(folder, COUNTED, rulebook=rulebook("UTC"))
    assert [each.value for each in counted] == [Decimal(2), Decimal("0.50")]
