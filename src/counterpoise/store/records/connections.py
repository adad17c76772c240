"""Connections to outside systems, how far each was read, and every refresh of them."""

from typing import ClassVar

from django.db import models

from counterpoise.store.records.loads import Batch


class Connection(models.Model):
    """One system of the company. Its name is the `source` of the rows it brings."""

    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=32)
    settings = models.JSONField()
    secret = models.TextField()
    """A JSON object, locked by the vault; empty where there is none."""
    schedule = models.CharField(max_length=100, blank=True)
    is_paused = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    """When the schedule asks for the next refresh."""
    edition = models.IntegerField(default=1)


class ConnectionObject(models.Model):
    """An object of a connection: how far it was read, and what it looked like then."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="objects_read")
    name = models.CharField(max_length=200)
    table = models.CharField(max_length=64)
    read_until = models.DateTimeField(null=True)
    read_whole_at = models.DateTimeField(null=True)
    fields = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    known = models.CharField(max_length=200, blank=True)
    """The file that tells which records are here."""
    rows_there = models.BigIntegerField(null=True)
    rows_here = models.BigIntegerField(default=0)
    notes = models.JSONField(default=list)
    """What the last description changed, as sentences."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "name"], name="object_once_a_connection")
        ]


class ConnectionFile(models.Model):
    """A file of a connection that was collected, by its name and what tells a version of it."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="files_read")
    name = models.TextField()
    mark = models.CharField(max_length=200)
    read_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "name"], name="file_once_a_connection")
        ]


class Refresh(models.Model):
    """One attempt to bring what changed: going, done, failed, or lost with its process."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="refreshes")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, default="going")
    is_anew = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    why = models.JSONField(default=dict)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="refreshes")

    class Meta:
        ordering: ClassVar = ["-id"]


class AlertAddress(models.Model):
    """Where messages go when a refresh fails. The address is locked by the vault."""

    name = models.CharField(max_length=64, unique=True)
    url = models.TextField()
    language = models.CharField(max_length=2)
    made_at = models.DateTimeField()


class AlertTold(models.Model):
    """What an address was last told of a connection: failed, stale, or that it is well."""

    address = models.ForeignKey(AlertAddress, models.CASCADE, related_name="told")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="told")
    state = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["address", "connection"], name="told_once_an_address")
        ]
