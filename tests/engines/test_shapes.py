"""The shapes of numbers and dates mean the same to Python and to the warehouse's engine."""

import re

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.domain.collect.casting import STRIPPED, tidy
from counterpoise.domain.collect.shapes import DATE_SHAPES, NUMBER_SHAPES, TIDY_FROM, TIDY_TO

SHAPES = {**NUMBER_SHAPES, **DATE_SHAPES}
CONNECTION = duckdb.connect()
QUERY = "SELECT " + ", ".join("regexp_full_match(tidied, ?)" for _ in SHAPES)
QUERY += " FROM (SELECT trim(translate(?, ?, ?)) AS tidied)"

written = st.one_of(
    st.text(alphabet="0123456789.,-/+() '%$€٣٫٬:TZapmJanMrfloat\u00a0", max_size=16),
    st.from_regex(re.compile("|".join(f"(?:{each})" for each in SHAPES.values())), fullmatch=True),
    st.dates().map(str),
    st.datetimes().map(str),
)


@given(written)
@settings(max_examples=150, deadline=None)
def test_every_shape_matches_the_same_values(value):
    row = CONNECTION.execute(QUERY, [*SHAPES.values(), value, TIDY_FROM, TIDY_TO]).fetchone()
    expected = [bool(re.fullmatch(shape, tidy(value))) for shape in SHAPES.values()]
    assert list(row) == expected


@given(st.text(max_size=30).filter(lambda value: "\0" not in value))
@settings(deadline=None)
def test_texts_are_rid_of_the_same_characters(value):
    (stripped,) = CONNECTION.execute(
        "SELECT regexp_replace(?, ?, '', 'g')", [value, STRIPPED]
    ).fetchone()
    assert stripped == re.sub(STRIPPED, "", value)
