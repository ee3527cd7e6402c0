"""Who did or saw what, on whose behalf, when. Rows are added and never changed."""

from __future__ import annotations

from django.db import models


class AuditRow(models.Model):
    """One fact: a verb's event, a read, or a refusal. `id` is the sequence.

    Holds identifiers and slugs only, no names and no clinical words; without foreign keys, so that it
    outlives what it speaks of. Triggers refuse update and delete.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.SlugField(max_length=12)
    actor_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True, db_index=True)
    patient_ids = models.JSONField(default=list)
    act = models.SlugField(max_length=10)  # "event", "read", "refusal", "sign-in"
    kind = models.SlugField(max_length=80)
    permission = models.CharField(max_length=40, blank=True)
    relation = models.SlugField(max_length=10, blank=True)
    purpose = models.SlugField(max_length=12, blank=True)
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["actor_id", "at"], name="audit_by_actor")]


class AuditSeal(models.Model):
    """A link of the hash chain over the rows `first_id` to `last_id`."""

    id = models.BigAutoField(primary_key=True)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(unique=True)
    row_count = models.IntegerField()
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
