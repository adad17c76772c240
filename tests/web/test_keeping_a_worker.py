"""The server's worker is followed by another, and the machine is spared where none can live."""

import pytest

from counterpoise.web import server


class Ended(Exception):
    """The test has seen enough."""


class Worker:
    """Lives for so many seconds of the test's own clock."""

    def __init__(self, clock, lives):
        self.clock, self.lives = clock, lives

    def wait(self):
        self.clock[0] += self.lives


def watch(monkeypatch, lives):
    """The pauses that the server makes between workers that live so long, one after the other."""
    clock, pauses, coming = [0.0], [], iter(lives)

    def start(_command):
        for each in coming:
            return Worker(clock, each)
        raise Ended

    monkeypatch.setattr(server.time, "sleep", pauses.append)
    monkeypatch.setattr(server.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(server.subprocess, "Popen", start)
    with pytest.raises(Ended):
        server._keep_worker(server._start_worker())
    return pauses


@pytest.mark.parametrize(
    ("lives", "pauses"),
    [
        pytest.param([0.5] * 8, [1, 2, 4, 8, 16, 32, 60, 60], id="none can live"),
        pytest.param([9_000, 9_000], [1, 1], id="killed now and then"),
        pytest.param([0.5, 0.5, 9_000, 0.5], [1, 2, 1, 2], id="one lived long in between"),
    ],
)
def test_the_next_worker_comes_ever_later_while_they_die_at_once(monkeypatch, lives, pauses):
    assert watch(monkeypatch, lives) == pauses
