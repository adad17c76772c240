"""The company's own sign-in: who comes in by it, and who does not."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client, override_settings

from counterpoise.actions import people as actions
from counterpoise.store import audit, people
from counterpoise.store.people import Facts
from counterpoise.web.company_sign_in import IncompleteSignIn, read_provider
from people import make_person
from provider import Provider

START = "/sign-in/with/company/"


@pytest.fixture
def provider(workspace):
    standing = Provider()
    with override_settings(SOCIALACCOUNT_PROVIDERS=standing.describe()):
        yield standing
    standing.close()


def come(provider, start=START, client=None, **claims):
    """A browser goes to the provider and comes back; what it was answered last."""
    provider.claims = {"sub": "u1", "email": "vera@example.com", "email_verified": True, **claims}
    client = client or Client(SERVER_NAME="localhost")
    away = urlsplit(client.get(start).url)
    assert f"{away.scheme}://{away.netloc}{away.path}" == f"{provider.url}/authorize"
    state = parse_qs(away.query)["state"][0]
    return client, client.get(f"{START}back/", {"code": "c", "state": state})


def is_in(client):
    return client.get("/account/").status_code == 200


def test_an_account_is_known_by_its_verified_address(provider):
    make_person("viewer", email="Vera@example.com")
    client, answer = come(provider, f"{START}?next=/demand/")
    assert answer.url == "/demand/"
    assert is_in(client)
    sent = provider.asked["/token"]
    assert sent["client_secret"] == [provider.secret]
    assert "code_verifier" in sent
    verbs = [each.verb for each in audit.list_entries()]
    assert verbs == ["sign-in.made", "company-sign-in.connected"]


def test_afterwards_the_identity_counts_and_not_the_address(provider):
    make_person("viewer", email="vera@example.com")
    come(provider)
    make_person("operations", email="new@example.com")
    client, _ = come(provider, email="new@example.com")
    assert client.get("/account/").content.decode().count("vera")


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"email": "stranger@example.com"}, id="whom nobody knows"),
        pytest.param({"email_verified": False}, id="whose address nobody has verified"),
        pytest.param({"email": ""}, id="who has no address"),
        pytest.param({"email": "gone@example.com"}, id="who left"),
    ],
)
def test_nobody_else_comes_in(provider, claims):
    make_person("viewer", email="vera@example.com")
    make_person("viewer", username="gone", email="gone@example.com", is_active=False)
    before = people.list_people()
    client, answer = come(provider, **claims)
    assert answer.url == "/sign-in/"
    assert "You have no account here" in client.get("/sign-in/").content.decode()
    assert not is_in(client)
    assert people.list_people() == before


def test_who_left_after_coming_in_stays_out(provider):
    vera = make_person("viewer", email="vera@example.com")
    come(provider)
    vera.is_active = False
    vera.save()
    client, answer = come(provider)
    assert answer.url == "/sign-in/"
    assert not is_in(client)


def test_an_invitation_is_accepted_by_coming(provider):
    amina = people.get_visitor(make_person("administrator"))
    facts = Facts("vera", "Vera Lind", "vera@example.com", "finance")
    actions.invite(amina, facts, datetime.now(UTC))
    client, _ = come(provider)
    assert is_in(client)
    (vera,) = [each for each in people.list_people() if each.username == "vera"]
    assert vera.facts == facts
    asked_again = client.get("/account/password/")
    assert asked_again.status_code == 200, "coming from the provider is a recent sign-in"
    age(client)
    asked_again = client.get("/account/password/").url
    assert asked_again.startswith("/sign-in/with/company/?next=%2Faccount%2Fpassword%2F")
    assert "prompt%3Dlogin" in asked_again
    client, answer = come(provider, asked_again, client)
    assert answer.url == "/account/password/"
    assert client.get("/account/password/").status_code == 200


def test_an_invitation_whose_name_was_taken_meanwhile_lets_nobody_in(provider):
    amina = people.get_visitor(make_person("administrator"))
    facts = Facts("vera", "Vera Lind", "vera@example.com", "finance")
    actions.invite(amina, facts, datetime.now(UTC))
    make_person("viewer")
    client, _ = come(provider)
    assert not is_in(client)


@pytest.mark.case("WEB-12")
@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"code": "c", "state": "forged"}, id="a state that we did not give"),
        pytest.param({"code": "c"}, id="no state"),
        pytest.param({"error": "access_denied"}, id="a refusal without state"),
    ],
)
def test_an_answer_that_nobody_asked_for_is_refused(provider, asked):
    make_person("viewer", email="vera@example.com")
    client = Client(SERVER_NAME="localhost")
    assert client.get(f"{START}back/", asked).url == "/sign-in/"
    assert not is_in(client)


def test_the_sign_in_page_offers_it_and_keeps_the_way_on(provider):
    page = Client(SERVER_NAME="localhost").get("/sign-in/?next=/demand/").content.decode()
    assert "Sign in with Acme" in page
    assert "/sign-in/with/company/?next=%2Fdemand%2F" in page


def test_without_a_provider_there_is_no_such_page(workspace):
    client = Client(SERVER_NAME="localhost")
    assert "Sign in with" not in client.get("/sign-in/").content.decode()
    assert client.get(START).status_code == 404
    assert client.get(f"{START}back/").status_code == 404


def test_half_a_description_is_refused_with_what_is_missing():
    with pytest.raises(IncompleteSignIn, match="lacks COUNTERPOISE_OIDC_CLIENT_ID, COUNTERPOISE"):
        read_provider({"COUNTERPOISE_OIDC_URL": "https://login.example.com"})
    assert read_provider({}) == {}


def age(client):
    session = client.session
    for each in session["account_authentication_methods"]:
        each["at"] -= 5 * 60
    session.save()
