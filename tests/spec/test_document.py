"""What is kept of a cycle is the same cycle when it is read again, sentences and all."""

import json
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.values.document import (
    UnreadableDocument,
    from_document,
    read_sentence,
    to_document,
)
from counterpoise.domain.values.text import text
from reporting_company import build_cycle, build_refusing_cycle

MEASURED = Measured(
    name="win_rate",
    value=Decimal("0.25"),
    unit="share",
    by=(("rep", "Huda"),),
    n=4,
    definition=text("won deals of {n} closed", n=4),
)


@pytest.mark.parametrize(
    "cycle",
    [
        pytest.param(build_cycle(), id="a full cycle"),
        pytest.param(build_refusing_cycle(), id="a cycle whose steps refused"),
    ],
)
def test_a_cycle_survives_being_kept(cycle):
    kept = json.loads(json.dumps(to_document(cycle)))
    read = from_document(Cycle, kept)
    assert to_document(read) == kept
    if cycle.forecast is None:
        assert read == cycle
    else:
        assert replace(read, forecast=None) == replace(cycle, forecast=None)
        assert read.forecast.cells == cycle.forecast.cells
        assert read.forecast.weights == cycle.forecast.weights
        assert read.forecast.paths.size == 0


def test_arrays_are_working_material_and_are_not_kept():
    assert to_document(np.ones(3)) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"value": "much"}, "value is 'much', which is no Decimal", id="no number"),
        pytest.param({"value": 0.25}, "where a str should be", id="a float of money"),
        pytest.param({"n": "4"}, "where a int should be", id="text for a count"),
        pytest.param({"by": [["rep"]]}, "holds 1 values, where 2 belong", id="half a pair"),
        pytest.param({"by": {}}, "where a list should be", id="an object for a list"),
        pytest.param({"more": 1}, "does not know more", id="a field too many"),
        pytest.param({"definition": {"template": "x", "values": [["n", "list", "[]"]]}},
                     "no value of a sentence", id="a value that no sentence has"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_its_place(change, said):
    with pytest.raises(UnreadableDocument, match=said):
        from_document(Measured, {**to_document(MEASURED), **change})


def test_a_choice_must_be_one_of_the_known():
    cycle = to_document(build_cycle())
    cycle["health"]["findings"][0]["severity"] = "grave"
    with pytest.raises(UnreadableDocument, match="must be one of: high, medium, low"):
        from_document(Cycle, cycle)


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        pytest.param(to_document(text("{n} rows", n=4)), text("{n} rows", n=4), id="a sentence"),
        pytest.param({}, None, id="nothing"),
        pytest.param(None, None, id="none"),
        pytest.param({"template": 7}, None, id="what is no sentence any more"),
    ],
)
def test_a_kept_sentence_is_read_again_or_there_is_none(kept, read):
    assert read_sentence(kept) == read
