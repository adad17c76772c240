"""The mapping as a file that a person edits."""

import pytest

from counterpoise.domain.collect.mapping_toml import (
    InvalidMapping,
    check_mapping,
    read_mapping,
    write_mapping,
)
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping, Mapping
from counterpoise.domain.values.text import text

SEEN = text("stated in the mapping")
DEALS = FileMapping(
    "deals.csv",
    "opportunity",
    "files",
    (
        ColumnMapping("deals.csv", 'an "odd" name', "opportunity", "source_id", 1.0, SEEN),
        ColumnMapping("deals.csv", "المرحلة", "opportunity", "stage", 1.0, SEEN),
        ColumnMapping("deals.csv", "closed", "opportunity", "closed_at", 1.0, SEEN, "dmy"),
        ColumnMapping("deals.csv", "sum", "opportunity", "amount", 1.0, SEEN, None, ","),
    ),
    ("other",),
)
PRODUCTS = FileMapping(
    "products.csv",
    "product",
    "odoo",
    (
        ColumnMapping("products.csv", "product", "product", "source_id", 1.0, SEEN),
        ColumnMapping("products.csv", "product", "product", "name", 1.0, SEEN),
    ),
    (),
)
NOTHING = FileMapping("notes.csv", "", "files", (), ("a", "b"))
MAPPING = Mapping((DEALS, PRODUCTS, NOTHING))


def test_what_is_written_is_read_again():
    assert read_mapping(write_mapping(MAPPING), "mapping.toml") == MAPPING


def test_a_reader_finds_confidence_reason_and_notes_beside_the_columns():
    column = ColumnMapping("d.csv", "sum", "opportunity", "amount", 0.4, text("a guess"))
    file = FileMapping("d.csv", "opportunity", "files", (column,), (), (text("look here"),))
    written = write_mapping(Mapping((file,)))
    assert 'sum = "amount" # 0.40 a guess' in written
    assert "# look here" in written


def toml(columns, table="opportunity"):
    return f'[[file]]\nname = "d.csv"\ntable = "{table}"\n[file.columns]\n{columns}\n'


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("a = = 1", "m.toml is no valid TOML", id="no TOML"),
        pytest.param("rule = 1", r"must hold \[\[file\]\] entries", id="something else"),
        pytest.param("file = 1", r"must hold \[\[file\]\] entries", id="one file"),
        pytest.param("[[file]]\ntable = 'lead'", "file 1 has no name", id="no name"),
        pytest.param("[[file]]\nname = 'a'\nsheet = 1", r"has \['sheet'\]; a file has", id="extra"),
        pytest.param(toml("", "deal"), "'deal' is no canonical table. There are: acc", id="table"),
        pytest.param(toml("a = 'worth'"), "opportunity has no attribute 'worth'", id="attribute"),
        pytest.param(toml("a = 1"), "opportunity has no attribute '1'", id="a number"),
        pytest.param(
            toml("a = 'amount'\nb = 'amount'"),
            "both 'a' and 'b' go to opportunity.amount. An attribute is fed by one column",
            id="two columns to one attribute",
        ),
        pytest.param(
            toml("a = { attribute = 'closed_at', date_order = 'dym' }"),
            "date_order = 'dym' is not known. There are date_order: ymd, dmy, mdy",
            id="unknown order",
        ),
        pytest.param(
            toml("a = { attribute = 'closed_at', zone = 'UTC' }"), "zone = 'UTC' is not", id="way"
        ),
        pytest.param(toml("a = 'amount'", ""), "need a canonical table", id="columns for no table"),
        pytest.param(
            "[[file]]\nname='a'\ntable='lead'\nsource=''", "source must name a system", id="source"
        ),
        pytest.param("[[file]]\nname='a'\n[[file]]\nname='a'", "two entries for a", id="twice"),
    ],
)
def test_a_mapping_that_cannot_be_followed_is_refused(written, message):
    with pytest.raises(InvalidMapping, match=message):
        read_mapping(written, "m.toml")


def test_a_column_that_the_file_lacks_is_refused():
    with pytest.raises(InvalidMapping, match=r"products.csv has no column 'product'.*It has: name"):
        check_mapping(MAPPING, {"products.csv": ["name"]})


def test_files_that_are_not_at_hand_are_no_error():
    check_mapping(MAPPING, {"products.csv": ["product"], "other.csv": []})
