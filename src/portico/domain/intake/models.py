"""Imports: what was handed in, what was refused and why, and which people a person must compare."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from portico.platform.access.querysets import ScopedQuerySet
from portico.platform.identity.models import Account, Person
from portico.platform.kernel import clock
from portico.platform.kernel.ids import new_id


class BatchQuerySet(ScopedQuerySet["Batch"]):
    """Imports belong to the installation, not to a patient."""

    patient_path: ClassVar[str | None] = None


class Batch(models.Model):
    """One import: one unit for references. Exists only where something was stored or newly refused."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system = models.CharField(max_length=60)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    read = models.IntegerField(default=0)
    stored = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)

    objects = BatchQuerySet.as_manager()


class RefusedFileQuerySet(ScopedQuerySet["RefusedFile"]):
    """Refused files were not read far enough to know whom they speak of."""

    patient_path: ClassVar[str | None] = None


class RefusedFile(models.Model):
    """A file of which nothing was stored: where the fault is, and what it is in words without its values."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="refused_files")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=300)
    reason = models.CharField(max_length=500)
    refused_at = models.DateTimeField(default=clock.now)

    objects = RefusedFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "sha256", "file_name", "path", "reason", name="intake_one_refusal"
            )
        ]


class PossibleMatchQuerySet(ScopedQuerySet["PossibleMatch"]):
    """Pairs for staff. A patient's call reaches those that speak of them as the newer one."""

    patient_path: ClassVar[str | None] = "newer_id"


class PossibleMatch(models.Model):
    """Two people who may be one. Nobody is merged by a guess: a person compares and decides.

    `reason` is a slug of `states.MATCH_REASONS`.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="possible_matches")
    newer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    older = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.SlugField(max_length=30)
    found_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)
    is_same = models.BooleanField(null=True)

    objects = PossibleMatchQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("newer", "older", name="intake_one_match")]
