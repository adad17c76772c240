"""Which account a lead belongs to, as an operations manager would say."""

import pytest

from counterpoise.domain.collect.identity_costs import Thresholds
from counterpoise.domain.collect.lead_accounts import Clue, place_lead

THRESHOLDS = Thresholds(automatic=0.95, review=0.2)


def clue(entity, grounds="", likelihood=None):
    """grounds: letters out of c, d and n."""
    return Clue(f"crm|{entity}", entity, "c" in grounds, "d" in grounds, "n" in grounds, likelihood)


@pytest.mark.parametrize(
    ("clues", "said", "standing", "chosen", "ground"),
    [
        pytest.param([], {}, "unknown", None, None, id="nothing speaks for any account"),
        pytest.param(
            [clue(1, "c"), clue(2, "dn", 0.99)], {}, "placed", 1, "converted",
            id="what the lead became comes before what looks alike",
        ),
        pytest.param(
            [clue(1, "c"), clue(2, "c")], {}, "doubtful", None, None,
            id="two accounts that it became are for a person",
        ),
        pytest.param(
            [clue(1, "d", 0.9), clue(2, "", 0.99)], {}, "placed", 1, "domain",
            id="the web domain comes before likeness",
        ),
        pytest.param(
            [clue(1, "d", 0.9), clue(2, "d", 0.8)], {}, "doubtful", None, None,
            id="two accounts of one web domain are for a person",
        ),
        pytest.param(
            [clue(1, "d", 0.6), clue(2, "dn", 0.8)], {}, "placed", 2, "domain",
            id="of two of one web domain, the one whose name and country agree",
        ),
        pytest.param(
            [clue(1, "d", 0.9), clue(2, "n", 0.9)], {}, "doubtful", None, None,
            id="web domain and name that disagree are for a person",
        ),
        pytest.param(
            [clue(1, "dn", 0.9), clue(2, "dn", 0.9)], {}, "doubtful", None, None,
            id="two accounts alike in all are for a person",
        ),
        pytest.param(
            [clue(1, "d", 0.1)], {}, "doubtful", None, None,
            id="a web domain that all else speaks against is for a person",
        ),
        pytest.param(
            [clue(1, "n", 0.4)], {}, "placed", 1, "name", id="name and country alone are enough"
        ),
        pytest.param(
            [clue(1, "n", 0.9), clue(2, "n", 0.9)], {}, "doubtful", None, None,
            id="two accounts of one name and country are for a person",
        ),
        pytest.param(
            [clue(1, "", 0.96), clue(2, "", 0.3)], {}, "placed", 1, "likeness",
            id="one that is as alike as what is joined",
        ),
        pytest.param(
            [clue(1, "", 0.96), clue(2, "", 0.97)], {}, "doubtful", None, None,
            id="two as alike as what is joined are for a person",
        ),
        pytest.param(
            [clue(1, "", 0.5)], {}, "doubtful", None, None, id="one somewhat alike is for a person"
        ),
        pytest.param(
            [clue(1, "", 0.1)], {}, "unknown", None, None, id="one hardly alike is left out"
        ),
        pytest.param(
            [clue(1, "c"), clue(2, "n", 0.3)], {"crm|2": "same"}, "placed", 2, "verified",
            id="a person's word comes before the source's",
        ),
        pytest.param(
            [clue(1, "d", 0.9), clue(2, "d", 0.8)], {"crm|1": "different"}, "placed", 2, "domain",
            id="what a person put away leaves the other",
        ),
        pytest.param(
            [clue(1, "d", 0.9)], {"crm|1": "different"}, "unknown", None, None,
            id="what a person put away is not chosen again",
        ),
        pytest.param(
            [clue(1, "d", 0.9)], {"crm|1": "later"}, "placed", 1, "domain",
            id="what is to be said later says nothing yet",
        ),
    ],
)  # fmt: skip
def test_a_lead_is_placed(clues, said, standing, chosen, ground):
    placement = place_lead(clues, said, THRESHOLDS)
    assert (placement.standing, placement.ground) == (standing, ground)
    assert (placement.chosen.entity if placement.chosen else None) == chosen
    again = place_lead(clues[::-1], said, THRESHOLDS)
    assert again == placement


def test_two_records_of_one_customer_are_one_option():
    both = [Clue("hubspot|9", 1, has_domain=True, likelihood=0.5), clue(1, "n", 0.9)]
    (option,) = place_lead(both, {}, THRESHOLDS).options
    assert option.accounts == ("crm|1", "hubspot|9")
    assert option.grounds == ("domain", "name", "likeness")
    assert option.likelihood == 0.9
