"""A token is good for its owner's rights, its scopes and its time, and its secret is not kept."""

from datetime import UTC, datetime, timedelta

import pytest

from counterpoise.domain.values.rights import RIGHTS
from people import make_person

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=30)


def make(person, scopes=RIGHTS):
    from counterpoise.store import tokens

    return tokens.make_token(person.pk, "reports", scopes, NOON + MONTH, NOON)


def find(secret, at=NOON):
    from counterpoise.store import tokens

    return tokens.find_visitor(secret, at)


def test_scopes_narrow_the_role_and_never_widen_it(workspace_on_each_store):
    viewer = make_person("viewer")
    assert find(make(viewer)).rights == {"read_plan", "read_data"}
    assert find(make(viewer, ["read_plan", "manage_people"])).rights == {"read_plan"}
    assert find(make(viewer, [])).rights == set()


@pytest.mark.parametrize(
    ("at", "is_good"),
    [
        pytest.param(NOON + MONTH - timedelta(seconds=1), True, id="until its end"),
        pytest.param(NOON + MONTH, False, id="and no longer"),
    ],
)
def test_a_token_ends(workspace, at, is_good):
    assert (find(make(make_person("viewer")), at) is not None) is is_good


def test_the_token_of_a_closed_account_opens_nothing(workspace):
    vera = make_person("viewer")
    secret = make(vera)
    vera.is_active = False
    vera.save()
    assert find(secret) is None


def test_a_revoked_or_guessed_token_opens_nothing(workspace):
    from counterpoise.store.models import Token

    secret = make(make_person("viewer"))
    assert find(secret[:-1] + ("a" if secret[-1] != "a" else "b")) is None
    Token.objects.update(revoked_at=NOON)
    assert find(secret) is None


def test_the_secret_is_in_no_row(workspace):
    from counterpoise.store import audit
    from counterpoise.store.models import Token

    secret = make(make_person("viewer"))
    (row,) = Token.objects.values()
    assert secret.startswith("cp_")
    assert secret not in str(row)
    assert secret[12:] not in str(audit.list_entries())


def test_when_it_was_used_is_not_noted_at_every_use(workspace):
    from counterpoise.store import tokens
    from counterpoise.store.models import Token

    secret = make(make_person("viewer"))
    soon, later = NOON + tokens.USE_IS_NOTED / 2, NOON + tokens.USE_IS_NOTED
    seen = []
    for at in (NOON, soon, later):
        find(secret, at)
        seen.append(Token.objects.get().last_used_at)
    assert seen == [NOON, NOON, later]
