"""Teams above teams: who is beneath whom, what their targets come to, and what is no tree."""

from decimal import Decimal

import pytest

from counterpoise.domain.tables.team_tree import TeamsInACircle, TeamTree

D = Decimal
TREE = TeamTree({"East": "Gulf", "West": "Gulf", "Gulf": "World", "Far": "World"})


def test_a_team_knows_what_is_above_and_beneath_it():
    assert TREE.list_above("East") == ("Gulf", "World")
    assert TREE.list_above("World") == TREE.list_above("Elsewhere") == ()
    assert TREE.list_under("Gulf") == {"Gulf", "East", "West"}
    assert TREE.widen({"Gulf", "Far"}) == {"Gulf", "East", "West", "Far"}
    assert TREE.widen(set()) == frozenset()


@pytest.mark.parametrize(
    ("targets", "explicit", "found"),
    [
        pytest.param(
            {"East": 1, "West": 2, "Far": 4}, {}, {"Gulf": 3, "World": 7}, id="added up"
        ),
        pytest.param(
            {"East": 1, "West": 2, "Far": 4, "Gulf": 9}, {"Gulf"}, {"Gulf": 9, "World": 13},
            id="set for itself",
        ),
        pytest.param(
            {"East": 1, "West": 2, "Far": 4, "Gulf": 9}, {}, {"Gulf": 12, "World": 16},
            id="with its own people's",
        ),
        pytest.param({"East": 1, "Far": 4, "Gulf": 9}, {}, {}, id="one beneath has none"),
        pytest.param({}, {}, {}, id="none at all"),
    ],
)  # fmt: skip
def test_the_target_of_a_team_above(targets, explicit, found):
    given = {team: D(amount) for team, amount in targets.items()}
    added = TREE.add_up_targets(given, set(explicit))
    kept = {team: given[team] for team in ("East", "West", "Far") if team in given}
    assert added == kept | {team: D(amount) for team, amount in found.items()}


@pytest.mark.parametrize(
    ("above", "listed"),
    [
        pytest.param({"East": "East"}, "East < East", id="above itself"),
        pytest.param({"A": "B", "B": "A", "C": "A"}, "A < B < A", id="two"),
        pytest.param({"A": "C", "B": "A", "C": "B"}, "A < C < B < A", id="three"),
    ],
)
def test_teams_in_a_circle_are_refused_with_their_names(above, listed):
    with pytest.raises(TeamsInACircle, match=f"in a circle: {listed}.*Correct the team above"):
        TeamTree(above)
