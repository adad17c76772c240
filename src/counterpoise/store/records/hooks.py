"""Hooks, what was delivered to them, what was refused, and what is known of their records."""

from typing import ClassVar

from django.db import models

from counterpoise.store.records.loads import Batch
from counterpoise.store.records.people import User


class Hook(models.Model):
    """An address that another system sends events to. Secrets are locked by the vault."""

    name = models.CharField(max_length=40, unique=True)
    source = models.CharField(max_length=40)
    """Which system the records belong to: as a load from it calls itself."""
    agreement = models.JSONField()
    places = models.JSONField()
    secret = models.TextField()
    previous_secret = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True)
    requests_a_minute = models.IntegerField()
    mapping = models.JSONField(null=True)
    """What the values of its records mean, as a person confirmed it."""
    stuck = models.JSONField(null=True)
    """Why what waits cannot be landed before somebody changes something."""
    edition = models.IntegerField(default=1)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="hooks")
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["name"]


class Delivery(models.Model):
    """What arrived and was accepted, byte by byte. batch: the last load that took from it."""

    hook = models.ForeignKey(Hook, models.PROTECT, related_name="deliveries")
    known_as = models.CharField(max_length=255)
    received_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    body = models.BinaryField()
    state = models.CharField(max_length=16, default="kept")
    why = models.JSONField(null=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="deliveries")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hook", "known_as"], name="delivered_once")
        ]
        indexes: ClassVar = [models.Index(fields=["hook", "state", "id"], name="delivery_by_state")]


class HookRefusal(models.Model):
    """How often a day something was refused; of what was refused nothing else is kept."""

    hook = models.ForeignKey(Hook, models.PROTECT, related_name="refusals")
    day = models.DateField()
    reason = models.CharField(max_length=16)
    count = models.IntegerField()

    class Meta:
        ordering: ClassVar = ["-day", "reason"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hook", "day", "reason"], name="refused_counted_once")
        ]


class HookRecord(models.Model):
    """What is known of one record by all that was landed: for each attribute the newest value."""

    hook = models.ForeignKey(Hook, models.PROTECT, related_name="records")
    table = models.CharField(max_length=40)
    key = models.TextField()
    known = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hook", "table", "key"], name="known_once")
        ]
