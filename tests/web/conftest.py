"""A workspace with everybody in it, on SQLite, and on PostgreSQL where it matters."""

import pytest

from people import make_everyone, sign_in


@pytest.fixture
def team(workspace):
    """One account for every role."""
    return make_everyone()


@pytest.fixture
def browsers(team):
    """By role: a browser in which that person is signed in."""
    return {role: sign_in(person) for role, person in team.items()}
