"""What people say to each other, what waits for whom, long work, and the trail of every change."""

from typing import ClassVar

from django.db import models

from counterpoise.store.records.people import User


class Comment(models.Model):
    """Text that someone wrote about a thing, which `subject` names, such as "action:2026-Q4:a1"."""

    subject = models.CharField(max_length=200)
    text = models.TextField()
    author = models.ForeignKey(User, models.PROTECT, related_name="comments")
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["made_at", "id"]
        indexes: ClassVar = [models.Index(fields=["subject"], name="comments_of_a_subject")]


class InboxItem(models.Model):
    """Something that waits for a person: a mention, an action, a plan to sign, finished work."""

    person = models.ForeignKey(User, models.PROTECT, related_name="inbox")
    kind = models.CharField(max_length=32)
    about = models.CharField(max_length=200)
    sender = models.CharField(max_length=150, blank=True)
    text = models.TextField(blank=True)
    sentence = models.JSONField(null=True)
    """What the product says, kept translatable; text is what a person wrote."""
    link = models.TextField()
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["person", "read_at"], name="unread_of_a_person")]


class Job(models.Model):
    """Long work that someone asked for. `key` makes one click one job; `attempt` fences off a
    worker that was thought dead and comes back."""

    id = models.CharField(primary_key=True, max_length=32)
    key = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=32)
    arguments = models.JSONField()
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="jobs")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=16, default="waiting")
    attempt = models.IntegerField(default=0)
    share = models.FloatField(default=0)
    doing = models.JSONField(default=dict)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    failure = models.TextField(blank=True)
    why = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-asked_at"]


class AuditEntry(models.Model):
    """One change: who, when, what, before and after, from where. The database refuses to change it.

    `hash` is over the entry and the hash of the one before, so nothing can be taken out unseen.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    origin = models.CharField(max_length=100)
    request = models.CharField(max_length=64, blank=True)
    verb = models.CharField(max_length=64)
    subject = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-number"]
        indexes: ClassVar = [
            models.Index(fields=["subject"], name="entries_of_a_subject"),
            models.Index(fields=["actor"], name="entries_of_a_person"),
            models.Index(fields=["verb"], name="entries_of_a_verb"),
        ]


class AuditHead(models.Model):
    """The last entry's number and hash: one row, locked by whoever writes the next entry."""

    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")
