"""The data dictionary holds together."""

from typing import get_args

import pytest

from counterpoise.domain.tables import dictionary
from counterpoise.domain.tables.dictionary import TABLES, UnknownTable, get_table, get_tables

ATTRIBUTES = [each for table in get_tables() for each in table.attributes]


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=lambda each: f"{each.table}.{each.name}")
def test_attribute_is_well_described(attribute):
    assert attribute.type in get_args(dictionary.Type)
    assert attribute.meaning
    assert attribute.references in ("", *TABLES)
    assert attribute.type != "code" or attribute.codes


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_keyed_by_its_source_id(name):
    assert [each.name for each in get_table(name).attributes if each.is_key] == ["source_id"]


def test_an_unknown_table_is_refused_with_those_there_are():
    with pytest.raises(UnknownTable, match="no canonical table. There are: account, contact"):
        get_table("deal")


def test_an_unknown_attribute_is_refused_with_those_there_are():
    with pytest.raises(UnknownTable, match="no attribute 'mood'. It has: source_id"):
        get_table("lead").get_attribute("mood")


def test_only_codes_have_codes():
    assert get_table("opportunity").get_attribute("status").codes == ("open", "won", "lost")
    assert get_table("opportunity").get_attribute("amount").codes == ()
