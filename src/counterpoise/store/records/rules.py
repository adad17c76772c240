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
