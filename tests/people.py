"""The people of the invented company: one account for every role, signed in or not."""

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
    return User.objects.create_user(password=PASSWORD, role=role, **facts)


def make_everyone():
    return {role: make_person(role) for role in PEOPLE}


def sign_in(person, **headers):
    """A browser without scripts in which the person is signed in."""
    client = Client(headers=headers or None, SERVER_NAME="localhost")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client
