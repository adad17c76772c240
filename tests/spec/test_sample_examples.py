"""The sample company at its usual size is what examples/ says, and needs no mapping by hand."""

import pytest

from counterpoise.actions.samples import write_sample
from counterpoise.domain.collect.proposal import propose_mapping
from counterpoise.domain.tables.profile import ColumnProfile, FileProfile
from sample_expected import EXAMPLES, SCALE, SEED, read, summarise

SOURCES = {
    "accounts.csv": ("account", "pipedrive"),
    "activities.csv": ("activity", "pipedrive"),
    "calendar.csv": ("calendar", "files"),
    "contacts.csv": ("contact", "pipedrive"),
    "inventory.csv": ("inventory_item", "files"),
    "leads.csv": ("lead", "pipedrive"),
    "opportunities.csv": ("opportunity", "pipedrive"),
    "opportunity_history.csv": ("opportunity_change", "pipedrive"),
    "products.csv": ("product", "pipedrive"),
    "resource_pools.csv": ("resource_pool", "files"),
    "targets.csv": ("target", "files"),
    "teams.csv": ("team", "pipedrive"),
    "tickets.csv": ("ticket", "files"),
    "users.csv": ("rep", "pipedrive"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("sample")
    write_sample(out, scale=SCALE, seed=SEED)
    return out


def test_the_examples_are_what_the_simulator_writes(folder):
    expected = {
        name: (EXAMPLES / name).read_text("utf-8") for name in summarise(folder)
    }  # python -m tests.sample_expected writes them again
    assert summarise(folder) == expected


def test_every_file_and_column_is_recognised_with_nothing_said(folder):
    profiles = tuple(profile(path) for path in sorted((folder / "export").iterdir()))
    mapping = propose_mapping(profiles)
    assert {each.file: (each.table, each.source) for each in mapping.files} == SOURCES
    assert {each.file: each.unmapped for each in mapping.files} == dict.fromkeys(SOURCES, ())
    assert [
        (column.file, column.column, column.confidence)
        for each in mapping.files
        for column in each.columns
        if column.confidence < 0.8
    ] == []


def profile(path):
    rows = read(path)
    columns = []
    for name in rows[0]:
        filled = [row[name] for row in rows if row[name]]
        sample = tuple(filled[:: max(1, len(filled) // 400)])
        columns.append(ColumnProfile(name, len(filled), len(set(filled)), sample[:500]))
    return FileProfile(path.name, len(rows), tuple(columns))
