"""The business's own rules."""

from typing import ClassVar

from django.db import models


class RuleEntry(models.Model):
    """A dated value of the rulebook; a change appends a newer entry."""

    key = models.CharField(max_length=100)
    subject = models.CharField(max_length=200, blank=True)
    value = models.TextField(blank=True)
    unit = models.CharField(max_length=100, blank=True)
    effective_from = models.DateField()
    source = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering: ClassVar = ["key", "subject", "effective_from", "id"]


class MeasureDefinition(models.Model):
    """A measure that a person defined. It is withdrawn, never changed: a new one takes its place.

    checked: what both engines said on `build` before it was kept.
    """

    name = models.CharField(max_length=80)
    specification = models.JSONField()
    build = models.CharField(max_length=64)
    checked = models.JSONField()
    author = models.ForeignKey("store.User", on_delete=models.PROTECT, related_name="measures")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_measure_of_a_name",
            )
        ]
