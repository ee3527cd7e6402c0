"""The record: every source as it came, every FHIR R4 resource of it verbatim, and a typed index beside the text."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from portico.platform.access.querysets import ScopedQuerySet
from portico.platform.identity.models import Person
from portico.platform.kernel import clock
from portico.platform.kernel.ids import new_id


class SourceQuerySet(ScopedQuerySet["Source"]):
    """Whole files may speak of many people: they belong to the installation, not to a patient."""

    patient_path: ClassVar[str | None] = None


class Source(models.Model):
    """One file or message, as it came. `content` holds it gzipped, byte for byte once unpacked.

    `system` names who sent it: within one system a resource type and id mean one thing. `sha256` is over the
    unpacked bytes, so the same content is recognised packed and plain.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch_id = models.UUIDField(db_index=True)
    system = models.CharField(max_length=60)
    file_name = models.CharField(max_length=255)
    format = models.SlugField(max_length=20)
    sha256 = models.CharField(max_length=64)
    byte_count = models.BigIntegerField()
    resource_count = models.IntegerField()
    received_at = models.DateTimeField(default=clock.now)
    content = models.BinaryField()

    objects = SourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("system", "sha256", name="record_one_source_per_content")
        ]


class ResourceQuerySet(ScopedQuerySet["Resource"]):
    """Resources of people in scope. Shared ones (practitioners, places) belong to nobody: see `reader.shared`."""


class Resource(models.Model):
    """One version of one FHIR resource. Versions are added; only `is_current` moves on.

    `text` is the source's text, byte for byte but for `id` and resolved reference values. `sha256` is over the
    text as it came. `source_key` is the id the source gave, or what stands in for one; `fhir_id` is ours, and
    the same wherever nobody else has it. The columns from `status` on are an index: the text is the truth.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    type = models.CharField(max_length=40)
    fhir_id = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="resources")
    batch_id = models.UUIDField()
    system = models.CharField(max_length=60)
    source_key = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    stored_at = models.DateTimeField(default=clock.now)
    last_updated = models.DateTimeField(null=True)

    status = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=80, blank=True)
    code_system = models.CharField(max_length=200, blank=True)
    display = models.CharField(max_length=300, blank=True)
    date_text = models.CharField(max_length=40, blank=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    encounter = models.CharField(max_length=80, blank=True)
    text = models.TextField()

    objects = ResourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("type", "fhir_id", "version", name="record_one_version"),
            models.UniqueConstraint(
                "type",
                "fhir_id",
                name="record_one_current",
                condition=models.Q(is_current=True),
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "type", "starts_at"], name="record_by_patient"),
            models.Index(fields=["source_key", "type", "system"], name="record_by_source_key"),
            models.Index(fields=["batch_id", "type"], name="record_by_batch"),
            models.Index(
                fields=["date_text"],
                name="record_patient_born",
                condition=models.Q(type="Patient", is_current=True),
            ),
        ]


class IdentifierQuerySet(ScopedQuerySet["Identifier"]):
    """Business identifiers of people and of shared resources."""


class Identifier(models.Model):
    """A business identifier (system and value) of a person, practitioner, organisation or place.

    Not unique: two people may carry the same number by mistake, and deciding that is not the table's job.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="identifiers")
    patient = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=200)

    objects = IdentifierQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["value", "system"], name="record_by_identifier")]


class WaitingReferenceQuerySet(ScopedQuerySet["WaitingReference"]):
    """References whose target has not come yet."""


class WaitingReference(models.Model):
    """A reference that names nothing yet. `value` stands in the text as it came, until its target arrives.

    `target` is what an arriving resource must offer: `Type/id`, a fullUrl, or `Type?identifier=system|value`.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="waiting")
    patient = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    system = models.CharField(max_length=60)
    target = models.CharField(max_length=300)
    value = models.CharField(max_length=300)

    objects = WaitingReferenceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["target", "system"], name="record_waiting_for")]
