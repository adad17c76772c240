"""Runs and plans, what people change about them, and the versions that are frozen and signed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from counterpoise.store.records.loads import Build
from counterpoise.store.records.people import User


class CycleRun(models.Model):
    """One run of the cycle for a period: `document` is the JSON of the command, `whole` the cycle
    with its sentences still translatable, for pages."""

    id = models.CharField(primary_key=True, max_length=64)
    period = models.CharField(max_length=16)
    as_of = models.DateField()
    build = models.ForeignKey(Build, models.PROTECT, to_field="id")
    ran_at = models.DateTimeField()
    document = models.JSONField()
    whole = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["-ran_at"]


class PlanVersion(models.Model):
    """A saved plan: everything that `verify` needs. content_hash is over the canonical JSON."""

    id = models.CharField(primary_key=True, max_length=64)
    period = models.CharField(max_length=16)
    scenario = models.CharField(max_length=64)
    as_of = models.DateField()
    build = models.ForeignKey(Build, models.PROTECT, to_field="id")
    saved_at = models.DateTimeField()
    content_hash = models.CharField(max_length=64)
    document = models.JSONField()

    class Meta:
        ordering: ClassVar = ["-saved_at"]


class ForecastOverride(models.Model):
    """What someone puts in place of a forecast figure. A change is a newer row; the old one stays.

    Amounts are decimal text, in the forecast's currency or in deals. `cell` is the level as text,
    such as "product=GTX|region=East", empty for the whole company. span: month, or period for the
    whole of it; then `month` is its first. A lock is a row of its own beside the figure's override.
    """

    period = models.CharField(max_length=16)
    measure = models.CharField(max_length=32)
    month = models.DateField()
    cell = models.CharField(max_length=300, blank=True)
    amount = models.CharField(max_length=40)
    statistical = models.CharField(max_length=40)
    reason = models.CharField(max_length=50)
    comment = models.TextField()
    author = models.ForeignKey(User, models.PROTECT, related_name="overrides")
    role = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    is_current = models.BooleanField(default=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=16, default="absolute")
    change = models.CharField(max_length=40, default="0")
    span = models.CharField(max_length=8, default="month")
    expires_on = models.DateField(null=True)
    is_firm = models.BooleanField(default=False)
    currency = models.CharField(max_length=16, default="")

    class Meta:
        ordering: ClassVar = ["made_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["period", "measure", "span", "month", "cell"],
                condition=Q(is_current=True) & ~Q(kind="lock"),
                name="one_current_override_a_figure",
            ),
            models.UniqueConstraint(
                fields=["period", "measure", "span", "month", "cell"],
                condition=Q(is_current=True, kind="lock"),
                name="one_current_lock_a_figure",
            ),
        ]


class ProductDecision(models.Model):
    """A launch or a phase-out as someone decided it. `decided` is the whole of it as a document;
    `begins` the first month that it changes. A decision is withdrawn, never changed.

    author is a login, or who the audit trail says acts on the command line.
    """

    kind = models.CharField(max_length=16)
    product = models.CharField(max_length=200)
    begins = models.DateField()
    decided = models.JSONField()
    author = models.CharField(max_length=150)
    role = models.CharField(max_length=16, blank=True)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "product"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_decision_a_product",
            )
        ]


class ForecastCall(models.Model):
    """What someone calls for a period. A later call replaces it; the database refuses to change it.

    Amounts are decimal text in `currency`, the company's when it was made. kept_at is later than
    made_at where the call was loaded from a file.
    """

    period = models.CharField(max_length=16)
    scope = models.CharField(max_length=8)
    name = models.CharField(max_length=200)
    voice = models.CharField(max_length=8)
    commit = models.CharField(max_length=40)
    best_case = models.CharField(max_length=40)
    pipeline = models.CharField(max_length=40, blank=True)
    won = models.CharField(max_length=40)
    as_of = models.DateField()
    comment = models.TextField(blank=True)
    author = models.ForeignKey(User, models.PROTECT, related_name="calls")
    role = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    kept_at = models.DateTimeField()
    currency = models.CharField(max_length=16, default="")

    class Meta:
        ordering: ClassVar = ["made_at", "id"]
        indexes: ClassVar = [models.Index(fields=["period"], name="calls_of_a_period")]


class PlanScenario(models.Model):
    """A named set of changes: a demand case, and rulebook values laid over the rulebook."""

    period = models.CharField(max_length=16)
    name = models.CharField(max_length=64)
    demand = models.CharField(max_length=8)
    changes = models.JSONField(default=list)
    note = models.TextField(blank=True)
    author = models.ForeignKey(User, models.PROTECT, related_name="scenarios")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    edition = models.IntegerField(default=1)
    plan = models.ForeignKey(PlanVersion, models.PROTECT, null=True, related_name="+")
    """The plan last solved for it, until a change."""
    solved_at = models.DateTimeField(null=True)
    headline = models.JSONField(null=True)
    """The few figures of the plan that lists show, so that they need not read whole plans."""
    is_promoted = models.BooleanField(default=False)
    """Whether its plan, and not that of the expected demand, is the one to be frozen."""
    is_archived = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["period", "name"], name="one_scenario_a_name"),
            models.UniqueConstraint(
                fields=["period"], condition=Q(is_promoted=True), name="one_promoted_scenario"
            ),
        ]


class FrozenPlan(models.Model):
    """A version of a period's plan that can be signed. The database refuses to change it."""

    period = models.CharField(max_length=16)
    number = models.IntegerField()
    plan = models.ForeignKey(PlanVersion, models.PROTECT, related_name="frozen")
    run = models.ForeignKey(CycleRun, models.PROTECT, related_name="frozen")
    inputs = models.JSONField()
    inputs_hash = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)
    version_hash = models.CharField(max_length=64)
    required_roles = models.JSONField()
    frozen_by = models.ForeignKey(User, models.PROTECT, related_name="frozen")
    frozen_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-frozen_at", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["period", "number"], name="one_version_a_number")
        ]


class Signature(models.Model):
    """A person's signature under a version's hash. The database refuses to change it."""

    version = models.ForeignKey(FrozenPlan, models.PROTECT, related_name="signatures")
    version_hash = models.CharField(max_length=64)
    signer = models.ForeignKey(User, models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=16)
    place = models.IntegerField()
    """Which of the required signatures this is, from 0."""
    comment = models.TextField(blank=True)
    signed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "signer"], name="signs_a_version_once"),
            models.UniqueConstraint(fields=["version", "place"], name="one_signature_a_place"),
        ]


class Note(models.Model):
    """A decision, an assumption with owner and expiry, or a minute, kept with a period's plan."""

    period = models.CharField(max_length=16)
    kind = models.CharField(max_length=16)
    text = models.TextField()
    owner = models.CharField(max_length=150, blank=True)
    expires_on = models.DateField(null=True)
    author = models.ForeignKey(User, models.PROTECT, related_name="notes")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["made_at", "id"]


class ActionState(models.Model):
    """What became of an action that a cycle proposed. `edition` guards against lost updates."""

    period = models.CharField(max_length=16)
    action = models.CharField(max_length=180)
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="actions")
    assigned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(null=True)
    state = models.CharField(max_length=16, default="open")
    reason = models.TextField(blank=True)
    edition = models.IntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["period", "action"], name="one_state_an_action")
        ]
