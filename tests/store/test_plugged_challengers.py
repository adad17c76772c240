"""Challengers that the operator plugs in: real modules in processes of their own, and bad ones."""

import os
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from counterpoise.actions import challenger_process, challengers
from counterpoise.domain.time_series.challengers import FailedChallenger

SERIES = [np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.1, 0.2])]
GOOD = """
    import os

    class Repeats:
        name = "last value again"

        def carry(self, series, steps, season):
            print("loading weights")
            return [each[-1:].repeat(steps) + season for each in series]

    class Slow(Repeats):
        def carry(self, series, steps, season):
            import time
            time.sleep(60)

    class Falls(Repeats):
        def carry(self, series, steps, season):
            raise RuntimeError("no such tensor")

    class Dies(Repeats):
        def carry(self, series, steps, season):
            os._exit(3)

    class Nonsense(Repeats):
        def carry(self, series, steps, season):
            return ["soon"] * len(series)

    class Nothing(Repeats):
        def carry(self, series, steps, season):
            return [[float("nan")] * steps] * len(series)

    class Unnamed(Repeats):
        name = ""

    class Hangs(Repeats):
        def __init__(self):
            import threading, time
            threading.Thread(target=time.sleep, args=[60]).start()

    repeats = Repeats()
    number = 7
"""


@pytest.fixture
def plug(tmp_path, monkeypatch):
    """Names plug-ins as an operator does, of a module that lies on the path of the installation."""
    (tmp_path / "company_models.py").write_text(textwrap.dedent(GOOD))
    (tmp_path / "broken_models.py").write_text("raise OSError('no weights on this machine')\n")
    known = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(known))

    def name(*addresses):
        monkeypatch.setenv(challengers.VARIABLE, " ".join(addresses))

    return name


def ask(seconds=30.0):
    """What the last one named answers."""
    with challengers.open_challengers(seconds) as opened:
        plugged = opened[-1]
        return plugged.name, [each.tolist() for each in plugged.carry(SERIES, 2, 12)]


@pytest.mark.parametrize("attribute", ["repeats", "Repeats"])
def test_a_module_of_the_company_s_own_answers_exactly(plug, attribute):
    plug(f"company_models:{attribute}")
    assert ask() == ("last value again", [[16.0, 16.0], [12.2, 12.2]])


def test_it_answers_again_and_again_in_one_process(plug):
    plug("company_models:repeats")
    with challengers.open_challengers(30) as opened:
        first, again = (opened[2].carry(SERIES, 3, 1) for _ in range(2))
        process = opened[2].process
        assert process.poll() is None
    assert [each.tolist() for each in first] == [each.tolist() for each in again]
    assert process.poll() == 0, "it ends once nothing more is asked"


def test_without_any_named_there_are_our_own(plug, monkeypatch):
    monkeypatch.delenv(challengers.VARIABLE, raising=False)
    with challengers.open_challengers(1) as opened:
        assert [each.name for each in opened] == ["boosted", "complex smoothing"]


def test_one_named_twice_is_one(plug):
    plug("company_models:repeats", "company_models:repeats")
    assert challengers.list_addresses() == ("company_models:repeats",)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        pytest.param("nowhere:model", "cannot be loaded: No module named", id="not installed"),
        pytest.param("broken_models:model", "cannot be loaded: OSError", id="its import fails"),
        pytest.param("company_models:other", "company_models has no other", id="no such attribute"),
        pytest.param("company_models:number", "no challenger but a int", id="a number"),
        pytest.param("company_models:Unnamed", "a Unnamed without a name", id="without a name"),
        pytest.param("company_models", "no package.module:attribute", id="no attribute said"),
        pytest.param("os:system;ls", "no package.module:attribute", id="more than an address"),
        pytest.param("../models:x", "no package.module:attribute", id="a path"),
        pytest.param("company_models:Falls", "failed when it was asked: RuntimeError", id="falls"),
        pytest.param("company_models:Dies", "without an answer", id="its process dies"),
        pytest.param("company_models:Nonsense", "asked: ValueError", id="words"),
    ],
)
def test_a_bad_one_says_what_it_met(plug, address, said):
    plug(address)
    with pytest.raises(FailedChallenger, match=said):
        ask()


def test_what_is_no_number_comes_through_to_be_refused(plug):
    plug("company_models:Nothing")
    assert np.isnan(ask()[1]).all()


def test_one_that_takes_too_long_is_stopped_and_stays_so(plug):
    plug("company_models:Slow")
    with challengers.open_challengers(30) as opened:
        slow = opened[2]
        slow.seconds = 0.5
        began = time.monotonic()
        with pytest.raises(FailedChallenger, match=r"more than 0\.5 seconds and was stopped"):
            slow.carry(SERIES, 2, 12)
        slow.process.wait()
        with pytest.raises(FailedChallenger, match="without an answer"):
            slow.carry(SERIES, 2, 12)
        assert time.monotonic() - began < 30
    assert slow.process.poll() not in {None, 0}


def test_one_that_does_not_end_by_itself_is_ended(plug):
    plug("company_models:Hangs")
    with challengers.open_challengers(30) as opened:
        process = opened[2].process
    assert process.poll() not in {None, 0}


def test_a_broken_one_does_not_keep_the_others_out(plug):
    plug("nowhere:model", "company_models:repeats")
    with challengers.open_challengers(30) as opened:
        names = [each.name for each in opened]
    assert names == ["boosted", "complex smoothing", "nowhere:model", "last value again"]


def test_what_lies_in_the_folder_it_was_started_in_is_not_run(plug, tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    (here / "planted.py").write_text("raise SystemExit('run')\n")
    monkeypatch.chdir(here)
    plug("planted:model")
    with pytest.raises(FailedChallenger, match="No module named 'planted'"):
        ask()


def test_a_long_complaint_is_cut(plug, tmp_path):
    (tmp_path / "wordy.py").write_text("raise ImportError('x' * 5000)\n")
    plug("wordy:model")
    with pytest.raises(FailedChallenger) as caught:
        ask()
    assert len(str(caught.value)) < 600


def test_what_went_wrong_inside_is_for_the_log_and_not_for_a_page(plug, capfd):
    plug("company_models:Falls")
    with pytest.raises(FailedChallenger) as caught:
        ask()
    assert "tensor" not in str(caught.value)
    assert "no such tensor" in capfd.readouterr().err


def test_importing_its_program_starts_nothing():
    assert callable(challenger_process.main)


def test_the_example_of_the_page_is_a_challenger(plug, tmp_path):
    page = Path(__file__).parents[2] / "docs/how-to/plug-in-a-challenger.md"
    example = page.read_text("utf-8").split("```python\n")[1].split("```")[0]
    (tmp_path / "example_models.py").write_text(example)
    plug("example_models:LastYear")
    assert ask() == ("mean of last year", [[2.5, 2.5], [pytest.approx(0.15)] * 2])
