"""Loads that were accepted, the builds made from them, and uploads that wait for a decision."""

from typing import ClassVar

from django.db import models

from counterpoise.store.records.people import User


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


class Examination(models.Model):
    """What pages show of a build, computed once: health, and measures by every dimension."""

    build = models.OneToOneField(Build, models.PROTECT, to_field="id", related_name="examination")
    as_of = models.DateField()
    examined_at = models.DateTimeField()
    document = models.JSONField()


class Upload(models.Model):
    """Files that someone sent and has not yet collected or thrown away; they lie in a folder."""

    id = models.CharField(primary_key=True, max_length=32)
    sender = models.ForeignKey(User, models.PROTECT, related_name="uploads")
    sent_at = models.DateTimeField()
    files = models.JSONField()
    proposal = models.JSONField(null=True)
    """The mapping as proposed, then as the person confirmed it."""
    state = models.CharField(max_length=16, default="waiting")

    class Meta:
        ordering: ClassVar = ["-sent_at"]
