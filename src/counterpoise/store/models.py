"""What is decided and recorded: people, loads and builds, rules, and plans with their cycles.

Rows are reached through the functions of this package, never through `.objects` elsewhere.
"""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person who signs in."""


class Batch(models.Model):
    """A load that was accepted: the same transaction made its build the current one."""

    id = models.CharField(primary_key=True, max_length=64)
    accepted_at = models.DateTimeField()
    source = models.CharField(max_length=64)
    counts = models.JSONField()


class LandedFile(models.Model):
    """A received file of a batch, known again by its content whatever it is called."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="files")
    name = models.TextField()
    content_hash = models.CharField(max_length=64)
    mapping_hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["content_hash", "mapping_hash"], name="landed_once_under_a_mapping"
            )
        ]


class Build(models.Model):
    """A published build of the warehouse. The newest by `number` is what readers see."""

    number = models.BigAutoField(primary_key=True)
    id = models.CharField(max_length=64, unique=True)
    published_at = models.DateTimeField()
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="builds")
    manifest = models.JSONField()


class RuleEntry(models.Model):
    """A dated value of the rulebook; a change appends a newer entry."""

    key = models.CharField(max_length=100)
    subject = models.CharField(max_length=200, blank=True)
    value = models.TextField(blank=True)
    unit = models.CharField(max_length=100, blank=True)
    effective_from = models.DateField()
    source = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["key", "subject", "effective_from", "id"]


class CycleRun(models.Model):
    """One run of the cycle for a period, with all it said; `document` is the canonical JSON."""

    id = models.CharField(primary_key=True, max_length=64)
    period = models.CharField(max_length=16)
    as_of = models.DateField()
    build = models.ForeignKey(Build, models.PROTECT, to_field="id")
    ran_at = models.DateTimeField()
    document = models.JSONField()

    class Meta:
        ordering: ClassVar = ["-ran_at"]


class PlanVersion(models.Model):
    """A saved plan: everything that `verify` needs. content_hash is over the canonical JSON."""

    id = models.CharField(primary_key=True, max_length=64)
    period = models.CharField(max_length=16)
    scenario = models.CharField(max_length=32)
    as_of = models.DateField()
    build = models.ForeignKey(Build, models.PROTECT, to_field="id")
    saved_at = models.DateTimeField()
    content_hash = models.CharField(max_length=64)
    document = models.JSONField()

    class Meta:
        ordering: ClassVar = ["-saved_at"]
