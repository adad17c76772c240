"""What people say of the series that are carried forward."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from counterpoise.store.records.people import User


class RangePublication(models.Model):
    """Ranges of a measure carried forward, as they were published: with a run of the cycle, or by a
    person (nobody: by the command line). The database refuses to change them. `digest` is over all
    that was said, so the same is kept once.
    """

    digest = models.CharField(max_length=64, unique=True)
    measure = models.CharField(max_length=64)
    as_of = models.DateField()
    run = models.CharField(max_length=64, blank=True)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    document = models.JSONField()

    class Meta:
        ordering: ClassVar = ["id"]


class PeriodMark(models.Model):
    """A time that a measure's series are not to be learned from. `cell` is the part as text, such
    as "product=GTX|region=East", empty for the whole and every part. Nobody is the author of what
    the command line did.
    """

    measure = models.CharField(max_length=64)
    start = models.DateField()
    end = models.DateField()
    cell = models.TextField(blank=True)
    kind = models.CharField(max_length=16)
    comment = models.TextField()
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["made_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["measure", "start", "end", "cell"],
                condition=Q(is_current=True),
                name="one_current_mark_a_time",
            )
        ]
