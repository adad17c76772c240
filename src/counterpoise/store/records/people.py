"""Accounts, invitations to them, tokens of programs, and how often each may ask."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models

from counterpoise.domain.values.rights import ROLES

ROLE_CHOICES = [(role, role) for role in ROLES]


class User(AbstractUser):
    """A person who signs in. teams and rep are names of the warehouse, as the data spells them."""

    name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=16, choices=ROLE_CHOICES, default="viewer")
    teams = models.JSONField(default=list)
    rep = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True)
    theme = models.CharField(max_length=8, default="auto")
    shows_hijri = models.BooleanField(default=False)
    mirrors_charts = models.BooleanField(default=True)
    """Whether time runs from right to left in the charts of a right-to-left page."""

    @property
    def shown_name(self) -> str:
        return self.name or self.username


class Invitation(models.Model):
    """A link to make an account with. Only a hash of the link's secret is kept."""

    secret_hash = models.CharField(max_length=64, unique=True)
    username = models.CharField(max_length=150)
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=16, choices=ROLE_CHOICES)
    teams = models.JSONField(default=list)
    rep = models.CharField(max_length=200, blank=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="invitations")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]


class Token(models.Model):
    """A program's key to the API. `prefix` tells tokens apart; the secret itself is not kept."""

    owner = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]


class RateWindow(models.Model):
    """How often someone has asked within a stretch of time; shared by every process."""

    who = models.CharField(max_length=100)
    starts_at = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["who", "starts_at"], name="counted_once_a_window")
        ]


class SharedNote(models.Model):
    """What the web processes must know together for a short while: one-time codes already used.

    Django's database cache reads and writes it; its columns are those that Django expects.
    """

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)


class KeptAnswer(models.Model):
    """What a write was answered, so that the same write with the same key is answered the same."""

    owner = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.IntegerField(null=True)
    body = models.TextField(blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "key"], name="answered_once_a_key")
        ]
