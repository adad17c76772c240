"""What is said when a source describes an object otherwise than before."""

import pytest

from counterpoise.domain.collect.descriptions import compare_descriptions

BEFORE = {"id": "id", "amount": "money", "stage": "text"}


def describe(now, before=BEFORE):
    return [str(each) for each in compare_descriptions("Deal", before, now)]


GONE = (
    "Deal.amount is not shown to us any more: it was dropped, renamed or hidden from our account;"
    " the values we have are kept"
)
RETYPED = (
    "Deal.amount is text now and was money; values that do not fit go to quarantine, and those we"
    " have are kept"
)


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        pytest.param({}, BEFORE, [], id="at the first look there is nothing to compare with"),
        pytest.param(BEFORE, BEFORE, [], id="the same fields say nothing"),
        pytest.param(
            BEFORE,
            {"id": "id", "stage": "text"},
            [GONE],
            id="a field that is gone keeps its values",
        ),
        pytest.param(
            BEFORE,
            {"id": "id", "stage": "text", "value": "money"},
            [f"{GONE} (perhaps it is called value now)", "Deal.value is new there"],
            id="one new field of the same type may be the old one renamed",
        ),
        pytest.param(
            BEFORE,
            {"id": "id", "stage": "text", "value": "money", "price": "money"},
            [GONE, "Deal.value is new there", "Deal.price is new there"],
            id="of two new fields nobody can tell which it was",
        ),
        pytest.param(
            BEFORE,
            {"id": "id", "amount": "text", "stage": "text"},
            [RETYPED],
            id="a field of another type is said to be one",
        ),
    ],
)
def test_changed_description(before, now, said):
    assert describe(now, before) == said
