"""Whoever reads Arabic is refused in Arabic: no refusal of ours is raised in plain English."""

import pytest

from architecture.refusals import find_idle_reasons, find_plain_refusals
from messages import SOURCE

HEAD = "class NoShip(ValueError):\n    pass\n\n\nclass NoMast(NoShip):\n    pass\n\n\n"


def test_every_refusal_can_be_translated():
    assert find_plain_refusals(SOURCE) == []


def test_every_class_that_may_speak_plainly_is_still_there():
    assert find_idle_reasons(SOURCE) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param('raise NoShip("There is none.")', ["NoShip"], id="written out"),
        pytest.param('raise NoMast(f"{1} is none.")', ["NoMast"], id="of an heir, filled in"),
        pytest.param('raise NoShip("a" + "b")', ["NoShip"], id="added up"),
        pytest.param('raise NoShip(", ".join("ab"))', ["NoShip"], id="joined"),
        pytest.param("raise NoShip(str(1))", ["NoShip"], id="made text"),
        pytest.param("raise NoShip(_say())", ["NoShip"], id="by a function that gives text"),
        pytest.param('refused = NoShip("None.")', ["NoShip"], id="raised elsewhere"),
        pytest.param('raise NoShip(text("There is none."))', [], id="a sentence"),
        pytest.param('raise KeyError("none")', [], id="not ours"),
    ],
)
def test_a_plain_refusal_is_found(tmp_path, line, found):
    (tmp_path / "domain").mkdir()
    module = tmp_path / "domain" / "ships.py"
    module.write_text(f'{HEAD}def _say() -> str:\n    return "None."\n\n\n{line}\n', "utf-8")
    assert [each.partition(" ")[2] for each in find_plain_refusals(tmp_path)] == found


def test_what_a_command_says_is_left_alone(tmp_path):
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "ships.py").write_text(f'{HEAD}raise NoShip("There is none.")\n', "utf-8")
    assert find_plain_refusals(tmp_path) == []
