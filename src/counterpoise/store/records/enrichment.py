"""What is said of companies by others: who says it, what holds, what a person decides, what it
costs. Amounts are whole ten-thousandths of the company's currency."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from counterpoise.store.records.people import User


class EnrichmentProvider(models.Model):
    """A provider as it is asked. secret is locked by the vault; cost: of one company. age_days:
    after how many days it is asked about a company again, 0 for the shortest limit of a field."""

    name = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=16)
    authority = models.CharField(max_length=16)
    settings = models.JSONField()
    secret = models.TextField(blank=True)
    cost_e4 = models.BigIntegerField(default=0)
    age_days = models.IntegerField(default=0)
    is_paused = models.BooleanField(default=False)
    edition = models.IntegerField(default=1)
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]


class EnrichmentAsk(models.Model):
    """When a provider was asked about a company last, so that nothing is paid for twice."""

    entity = models.CharField(max_length=300)
    provider = models.CharField(max_length=64)
    asked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entity", "provider"], name="asked_once")
        ]


class EnrichedField(models.Model):
    """The value that holds for a field of a company, with who says so and how it was found."""

    entity = models.CharField(max_length=300)
    field = models.CharField(max_length=64)
    value = models.TextField()
    authority = models.CharField(max_length=16)
    provider = models.CharField(max_length=150)
    method = models.CharField(max_length=200)
    place = models.TextField(blank=True)
    seen_at = models.DateTimeField()
    is_verified = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["entity", "field"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entity", "field"], name="one_value_of_a_field")
        ]


class EnrichmentConflict(models.Model):
    """Two values between which a person decides. holds, rival: claims as documents."""

    entity = models.CharField(max_length=300)
    name = models.CharField(max_length=300)
    field = models.CharField(max_length=64)
    holds = models.JSONField()
    rival = models.JSONField()
    rival_provider = models.CharField(max_length=150)
    why = models.JSONField()
    found_at = models.DateTimeField()
    choice = models.CharField(max_length=8, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entity", "field", "rival_provider"],
                condition=Q(settled_at=None),
                name="one_open_conflict",
            )
        ]


class EnrichmentSpend(models.Model):
    """What a provider has cost in a month, such as 2026-11, what is reserved included."""

    provider = models.CharField(max_length=64)
    month = models.CharField(max_length=7)
    spent_e4 = models.BigIntegerField(default=0)
    calls = models.IntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-month", "provider"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "month"], name="one_purse_a_month")
        ]
