"""Runs of the matcher, and what people decided about who is who. No row here is a received one."""

from typing import ClassVar

from django.db import models

from counterpoise.store.records.people import User


class IdentityRun(models.Model):
    """One run over a build; its files lie in the warehouse under its id."""

    id = models.CharField(primary_key=True, max_length=32)
    build = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    report = models.JSONField()

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]


class IdentityVerdict(models.Model):
    """What a person said of two records: the same, not the same, or later."""

    kind = models.CharField(max_length=16)
    one = models.CharField(max_length=300)
    other = models.CharField(max_length=300)
    verdict = models.CharField(max_length=16)
    reason = models.TextField(blank=True)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="verdicts")
    made_at = models.DateTimeField()
    edition = models.IntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "one", "other"], name="one_verdict_a_pair")
        ]


class IdentityMerge(models.Model):
    """Two customers that a person made one; `number` counts the merges of a kind."""

    kind = models.CharField(max_length=16)
    number = models.IntegerField()
    kept = models.CharField(max_length=32)
    absorbed = models.CharField(max_length=32)
    kept_members = models.JSONField()
    absorbed_members = models.JSONField()
    chosen = models.JSONField()
    reason = models.TextField()
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="merges")
    made_at = models.DateTimeField()
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="undone_merges")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["kind", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "number"], name="one_number_a_merge")
        ]


class IdentityValue(models.Model):
    """A value of a customer's field that a person verified; the newest of a field holds."""

    customer = models.CharField(max_length=32)
    field = models.CharField(max_length=64)
    value = models.TextField()
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="verified_values")
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["customer"], name="values_of_a_customer")]
