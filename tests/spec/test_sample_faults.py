"""Health finds what was planted in the sample company, and little else."""

import csv
from datetime import UTC, datetime

import pytest

from counterpoise.actions.collect import collect
from counterpoise.actions.samples import write_sample
from counterpoise.connectors.sample.sample_company import AS_OF
from counterpoise.domain.rulebook import toml
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.warehouse.queries import health

COMPANIES = [
    (7, 0.4),
    *(pytest.param(seed, 1, marks=pytest.mark.soak) for seed in range(20, 30)),
]


@pytest.mark.parametrize(("seed", "scale"), COMPANIES)
def test_at_least_95_of_100_planted_faults_are_found_and_5_findings_false_at_most(
    workspace, tmp_path, seed, scale
):
    written = write_sample(tmp_path / "sample", scale=scale, seed=seed)
    export = tmp_path / "sample" / "export"
    loaded = collect(workspace, [export], now=datetime(2026, 10, 1, 6, 0, tzinfo=UTC))
    planted, first_entries = read_truth(written.truth)
    found = find_rows(workspace.build_folder(loaded.build), read_rules(tmp_path / "sample"))
    assert len(found & planted) >= 0.95 * len(planted)
    assert len(found - planted - first_entries) <= 0.05 * len(found)


def read_truth(folder):
    """Planted faults by table, attribute, rule and key; and records that were entered again."""
    with (folder / "faults.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    places = [(row["table"], row["attribute"], row["rule"]) for row in rows]
    planted = {(*place, row["key"]) for place, row in zip(places, rows, strict=True)}
    again = {(*place, row["other_key"]) for place, row in zip(places, rows, strict=True)}
    return planted, again


def read_rules(sample):
    mine = toml.parse((sample / "rulebook.toml").read_text("utf-8"), "rulebook.toml")
    return Rulebook((*toml.load_defaults().rules, *mine.rules))


def find_rows(build, rulebook):
    return {
        (finding.table, finding.attribute, finding.rule, key)
        for finding in health.examine(build, rulebook, AS_OF).findings
        if not finding.rep  # a rep's findings repeat rows of the table's
        for key in health.list_rows(build, finding, rulebook, AS_OF)
    }
