"""What the company's provider says of someone counts only if it was said to us, and now."""

import pytest

from people import make_person
from web.test_company_sign_in import come, is_in, provider

__all__ = ["provider"]  # the fixture


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"aud": "another program"}, id="said to another program"),
        pytest.param({"aud": ["another program", "a third"]}, id="said to several others"),
        pytest.param({"iss": "https://attacker.example"}, id="said by another provider"),
        pytest.param({"exp": 1_700_000_000}, id="said long ago"),
    ],
)
def test_a_token_that_is_not_for_us_or_not_for_now_opens_nothing(provider, claims):
    make_person("viewer", email="vera@example.com")
    client, answer = come(provider, **claims)
    assert answer.status_code in {302, 401}
    assert not is_in(client)


def test_one_that_is_for_us_opens_the_account(provider):
    make_person("viewer", email="vera@example.com")
    assert is_in(come(provider)[0])
    assert is_in(come(provider, aud=["counterpoise", "a third"])[0])


def test_a_token_that_was_used_is_not_used_again(provider):
    make_person("viewer", email="vera@example.com")
    assert is_in(come(provider, jti="j1")[0])
    assert not is_in(come(provider, jti="j1")[0])
