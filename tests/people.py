"""The people of the invented company: one account for every role, signed in or not."""

from functools import cache

from django.test import Client

PEOPLE = {
    "administrator": {"username": "amina", "name": "Amina Haddad"},
    "operations": {"username": "omar", "name": "Omar Nasser"},
    "leader": {"username": "layla", "name": "Layla Mansour", "teams": ["East"]},
    "rep": {"username": "huda", "name": "Huda Salem", "rep": "Huda Salem"},
    "finance": {"username": "farid", "name": "Farid Aziz"},
    "marketing": {"username": "mona", "name": "Mona Khalil"},
    "executive": {"username": "emad", "name": "Emad Rashid"},
    "viewer": {"username": "vera", "name": "Vera Lind"},
}
PASSWORD = "correct horse battery staple"


def make_person(role, **other):
    """An account of this role; more than one of a role needs a username."""
    from counterpoise.store.models import User

    facts = {**PEOPLE[role], **other}
    return User.objects.create(password=_hash_password(), role=role, **facts)


@cache
def _hash_password():
    """Once: a hash is made to take long, and hundreds of tests make everybody."""
    from django.contrib.auth.hashers import make_password

    return make_password(PASSWORD)


def make_everyone():
    return {role: make_person(role) for role in PEOPLE}


def sign_in(person, **headers):
    """A browser without scripts in which the person is signed in."""
    client = Client(headers=headers or None, SERVER_NAME="localhost")
    client.force_login(person)
    return client


def sign_in_by_form(person, password=PASSWORD, **extra):
    """A browser in which the person has just given the password, as the sign-off asks for."""
    client = Client(SERVER_NAME="localhost", **extra)
    client.post("/sign-in/", {"login": person.username, "password": password})
    return client
