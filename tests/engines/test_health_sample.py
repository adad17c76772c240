"""Health of the sample company: what was planted is found, and little else."""

import csv
from datetime import date

import duckdb
import pytest

from counterpoise.connectors.sample.files import write_files
from counterpoise.domain.collect.folding import fold
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.dictionary import get_tables
from counterpoise.warehouse.queries.health import examine, list_rows
from counterpoise.warehouse.schema import engine_type

AS_OF = date(2026, 9, 30)
FILES = {
    "account": "accounts",
    "contact": "contacts",
    "lead": "leads",
    "opportunity": "opportunities",
    "opportunity_change": "opportunity_history",
    "activity": "activities",
    "rep": "users",
    "team": "teams",
    "product": "products",
    "target": "targets",
    "ticket": "tickets",
}


def write_sample_build(folder, *, scale, seed):
    """The sample's exports as plain casts of their columns, without the rules of collecting."""
    write_files(folder / "sample", scale=scale, seed=seed)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET threads = 2")
    for table in get_tables():
        path = folder / "sample" / "export" / f"{FILES.get(table.name, '-')}.csv"
        headers = _read_headers(path) if path.exists() else []
        columns = ", ".join(_select(each, headers) for each in table.attributes)
        read = f"FROM read_csv('{path}', all_varchar = true)" if headers else "WHERE false"
        (folder / "build" / table.name).mkdir(parents=True)
        connection.execute(
            f"COPY (SELECT 'files' AS source, {columns} {read})"
            f" TO '{folder / 'build' / table.name / '0.parquet'}' (FORMAT parquet)"
        )
    return folder / "build"


def _read_headers(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines))


def _select(attribute, headers):
    own = [name for _, group in attribute.names for name in group]
    folded = {fold(header): header for header in headers}
    keys = map(fold, (attribute.name, *own, *attribute.other_names))
    header = next((folded[key] for key in keys if key in folded), None)
    if header is None:
        return f'CAST(NULL AS {engine_type(attribute)}) AS "{attribute.name}"'
    value = f'"{header}"'
    if attribute.type == "share":
        value = f"CAST(replace({value}, '%', '') AS DOUBLE) / 100"
    return f'CAST({value} AS {engine_type(attribute)}) AS "{attribute.name}"'


def read_faults(folder):
    with (folder / "sample" / "truth" / "faults.csv").open(encoding="utf-8", newline="") as lines:
        return {
            (row["table"], row["attribute"], row["rule"], row["key"])
            for row in csv.DictReader(lines)
        }


def find_all(build):
    """Every row of every finding, as (table, attribute, rule, key)."""
    rulebook = load_defaults()
    return {
        (finding.table, finding.attribute, finding.rule, key)
        for finding in examine(build, rulebook, AS_OF).findings
        for key in list_rows(build, finding, rulebook, AS_OF)
    }


def compare(folder, *, scale, seed):
    """Shares of planted faults found, and of what was found that nobody planted."""
    build = write_sample_build(folder, scale=scale, seed=seed)
    planted, found = read_faults(folder), find_all(build)
    return len(planted & found) / len(planted), len(found - planted) / len(found)


@pytest.mark.parametrize("seed", [7, 20])
def test_planted_faults_are_found_and_little_else(tmp_path, seed):
    found, false = compare(tmp_path, scale=1, seed=seed)
    assert found >= 0.95
    assert false <= 0.05


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(30))
def test_planted_faults_are_found_in_many_companies(tmp_path, seed):
    found, false = compare(tmp_path, scale=1, seed=seed)
    assert found >= 0.95
    assert false <= 0.05
