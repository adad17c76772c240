"""What goes to other systems: the pushes, what became of each, and how each connection stands."""

from typing import ClassVar

from django.db import models

from counterpoise.store.records.people import User


class OutboxEntry(models.Model):
    """A push of one record, written in the transaction of the decision that causes it.

    `fence` counts the claims: an answer to an earlier claim than the last changes nothing.
    """

    connection = models.CharField(max_length=64)
    object = models.CharField(max_length=100)
    record = models.CharField(max_length=300)
    source_id = models.CharField(max_length=200, blank=True)
    fields = models.JSONField()
    expected = models.JSONField()
    key = models.CharField(max_length=64, unique=True)
    cause = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="pushes")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=16)
    tries = models.IntegerField(default=0)
    not_before = models.DateTimeField()
    is_unsure = models.BooleanField(default=False)
    resends = models.IntegerField(default=0)
    found = models.JSONField(null=True)
    why = models.JSONField(null=True)
    fence = models.IntegerField(default=0)
    claimed_by = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["connection", "state", "not_before"], name="pushes_that_wait"),
            models.Index(fields=["connection", "record", "id"], name="pushes_of_a_record"),
            models.Index(fields=["state", "id"], name="pushes_of_a_state"),
            models.Index(fields=["claimed_by"], name="pushes_of_a_worker"),
        ]


class OutboxStep(models.Model):
    """What happened to a push: one row for each step, none of them ever changed."""

    entry = models.ForeignKey(OutboxEntry, models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    verb = models.CharField(max_length=16)
    fence = models.IntegerField()
    why = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]


class OutboxLine(models.Model):
    """How a connection stands: paused by a person, resting after failures, or told to wait."""

    connection = models.CharField(max_length=64, primary_key=True)
    is_paused = models.BooleanField(default=False)
    failing = models.JSONField(default=list)
    rests_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    why = models.JSONField(null=True)
