"""A workspace with everybody in it, on SQLite, and on PostgreSQL where it matters."""

import pytest

from counterpoise.web import reading
from people import make_everyone, sign_in


@pytest.fixture(autouse=True)
def _one_stretch_of_time(monkeypatch):
    """The company's time zone is looked up once for each stretch of time. A minute that turns
    inside a test would ask the store once more, and a test that counts its questions would fail."""
    monkeypatch.setattr(reading, "ZONE_SECONDS", 10**12)


@pytest.fixture
def team(workspace):
    """One account for every role."""
    return make_everyone()


@pytest.fixture
def browsers(team):
    """By role: a browser in which that person is signed in."""
    return {role: sign_in(person) for role, person in team.items()}
