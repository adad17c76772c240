"""Challengers of this installation: two of its own, and plug-ins that its operator names.

COUNTERPOISE_CHALLENGERS lists plug-ins as `package.module:attribute`, parted by spaces: what is
named there is run, with the rights of the application, so only the environment of the process can
name it: no page, rule or request can. Each runs in a process of its own, which is stopped when it
takes too long; what it breaks is not ours.
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.time_series.boosted import Boosted
from counterpoise.domain.time_series.challengers import Challenger, FailedChallenger
from counterpoise.domain.time_series.complex_smoothing import ComplexSmoothing
from counterpoise.domain.values.text import Text, text

Values = NDArray[np.float64]
VARIABLE = "COUNTERPOISE_CHALLENGERS"
ADDRESS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
MOST_SAID = 300
"""Letters of somebody else's error that are passed on."""


def list_addresses() -> tuple[str, ...]:
    return tuple(dict.fromkeys(os.environ.get(VARIABLE, "").split()))


@contextmanager
def open_challengers(seconds: float) -> Iterator[list[Challenger]]:
    """All of them, ready to be asked; one that cannot be had says why when it is.

    seconds: what a plug-in may take to load, and for each answer.
    """
    with ExitStack() as stack:
        opened: list[Challenger] = [Boosted(), ComplexSmoothing()]
        for address in list_addresses():
            try:
                opened.append(stack.enter_context(_open(address, seconds)))
            except FailedChallenger as error:
                opened.append(Broken(address, error))
        yield opened


@dataclass(frozen=True, slots=True)
class Broken:
    """A plug-in that could not be loaded."""

    name: str
    why: FailedChallenger

    def carry(self, _series: Sequence[Values], _steps: int, _season: int) -> list[Values]:
        raise self.why


@dataclass(slots=True)
class PlugIn:
    """A plug-in in its process; once it failed there it stays stopped."""

    name: str
    process: subprocess.Popen[str]
    seconds: float

    def carry(self, series: Sequence[Values], steps: int, season: int) -> list[Values]:
        asked = {"series": [each.tolist() for each in series], "steps": steps, "season": season}
        answer = self.ask(asked)
        return [np.array(each, dtype=np.float64) for each in answer["said"]]

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Its answer to one line. Raises FailedChallenger."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            self.process.kill()

        timer = threading.Timer(self.seconds, stop)
        timer.start()
        try:
            line = self._exchange(json.dumps(question))
        finally:
            timer.cancel()
        if late.is_set():
            raise FailedChallenger(
                text(
                    "{name} took more than {seconds} seconds and was stopped. Let it take longer"
                    " (the rule challenger.seconds), or ask for fewer parts.",
                    name=self.name,
                    seconds=f"{self.seconds:g}",
                )
            )
        if not line.endswith("\n"):
            raise FailedChallenger(
                text(
                    "{name} ended its process without an answer. The server's log says more.",
                    name=self.name,
                )
            )
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise FailedChallenger(_say_failed(self.name, answer))
        return answer

    def _exchange(self, line: str) -> str:
        """Nothing where the process is gone."""
        asked, answered = self.process.stdin, self.process.stdout
        assert asked is not None
        assert answered is not None
        try:
            asked.write(line + "\n")
            asked.flush()
        except BrokenPipeError:
            return ""
        return answered.readline()


@contextmanager
def _open(address: str, seconds: float) -> Iterator[PlugIn]:
    if not ADDRESS.fullmatch(address):
        raise FailedChallenger(
            text(
                "'{address}' in {variable} is no package.module:attribute. Write it so, or take it"
                " out.",
                address=address,
                variable=VARIABLE,
            )
        )
    # -P: what lies in the folder that the application was started in is not imported
    command = [sys.executable, "-P", "-m", "counterpoise.actions.challenger_process", address]
    process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    try:
        plug_in = PlugIn(address, process, seconds)
        plug_in.name = plug_in.ask({"name": True})["name"]
        yield plug_in
    finally:
        _close(process)


def _close(process: subprocess.Popen[str]) -> None:
    """It ends by itself once nothing more is asked; what hangs on is stopped."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def _say_failed(name: str, answer: dict[str, str]) -> Text:
    what = answer["failed"][:MOST_SAID]
    match answer["where"]:
        case "load":
            return text(
                "{name} cannot be loaded: {what}. Install it where Counterpoise runs, or take it"
                " out of {variable}.",
                name=name,
                what=what,
                variable=VARIABLE,
            )
        case "shape":
            return text(
                "{name} is no challenger but a {what} without a name or a method carry. Give it"
                " both.",
                name=name,
                what=what,
            )
        case _:
            return text(
                "{name} failed when it was asked: {what}. The server's log says more.",
                name=name,
                what=what,
            )
