"""The only way out of the record: small typed views of stored resources.

Every function takes the scope that the gate gave (`call.scope`); a resource of somebody else is simply not
there. Look-ups cost one query each, whatever the number of rows.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from portico.platform.access.decisions import Scope
from portico.record import decoding
from portico.record.models import Identifier, Resource, ResourceQuerySet, Source

_CHUNK = 200
T = TypeVar("T")

# Types that speak of nobody: anyone who may read a resource may read those it names.
SHARED_TYPES = (
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "Location",
    "HealthcareService",
    "Medication",
    "Substance",
    "Endpoint",
    "InsurancePlan",
    "ChargeItemDefinition",
    "Questionnaire",
)


decode = decoding.decode  # the values of a text, decimals kept


@dataclass(frozen=True, slots=True)
class StoredResource:
    """One version of a resource. `raw` is its JSON text; `decode(raw)` makes values of it, decimals kept.

    `reference` is how other resources name it ("Encounter/123"). Dates are `starts_at` and `ends_at` in UTC, and
    `date_text` as the source wrote it, perhaps only a year.
    """

    resource_id: UUID
    patient_id: UUID | None
    type: str
    fhir_id: str
    version: int
    source_id: UUID
    status: str
    category: str
    code: str
    code_system: str
    display: str
    date_text: str
    starts_at: datetime | None
    ends_at: datetime | None
    encounter: str
    last_updated: datetime | None
    raw: str

    @property
    def reference(self) -> str:
        return f"{self.type}/{self.fhir_id}"


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A file as it came, without its content."""

    source_id: UUID
    batch_id: UUID
    system: str
    file_name: str
    format: str
    sha256: str
    byte_count: int
    resource_count: int
    received_at: datetime


_COLUMNS = (
    "id",
    "patient_id",
    "type",
    "fhir_id",
    "version",
    "source_id",
    "status",
    "category",
    "code",
    "code_system",
    "display",
    "date_text",
    "starts_at",
    "ends_at",
    "encounter",
    "last_updated",
    "text",
)
_SOURCE_COLUMNS = (
    "id",
    "batch_id",
    "system",
    "file_name",
    "format",
    "sha256",
    "byte_count",
    "resource_count",
    "received_at",
)


def current(
    scope: Scope, type: str, *, category: str = "", encounter: str = ""
) -> tuple[StoredResource, ...]:
    """The current resources of one type of the people in scope, newest first, undated last."""
    rows = _current(scope).filter(type=type)
    if category:
        rows = rows.filter(category=category)
    if encounter:
        rows = rows.filter(encounter=encounter)
    return tuple(_views(rows.order_by(models.F("starts_at").desc(nulls_last=True), "fhir_id")))


def named(scope: Scope, references: Iterable[str]) -> dict[str, StoredResource]:
    """The current resources that references such as "Encounter/123" name, by reference.

    Answers for resources of the people in scope and for shared ones; what is missing is not there.
    """
    wanted = {tuple(r.split("/", 1)) for r in references if r.count("/") == 1}
    ids = sorted({id_ for _, id_ in wanted})
    found: dict[str, StoredResource] = {}
    for part in _parts(ids):
        mine = _current(scope).filter(fhir_id__in=part)
        for view in _views(mine | _shared().filter(fhir_id__in=part)):
            if (view.type, view.fhir_id) in wanted:
                found[view.reference] = view
    return found


def shared(type: str) -> tuple[StoredResource, ...]:
    """Every current resource of a type that belongs to no patient: practitioners, organisations, places."""
    return tuple(_views(_shared().filter(type=type).order_by("display", "fhir_id")))


def get(scope: Scope, resource_id: UUID) -> StoredResource | None:
    """One version of a resource, current or not."""
    rows = Resource.objects.within(scope).filter(id=resource_id)
    return next(iter(_views(rows)), None)


def history(scope: Scope, type: str, fhir_id: str) -> tuple[StoredResource, ...]:
    """All versions of one resource, newest first."""
    rows = Resource.objects.within(scope).filter(type=type, fhir_id=fhir_id)
    return tuple(_views(rows.order_by("-version")))


def resources_of_batch(
    batch_id: UUID, *, types: Iterable[str], scope: Scope | None = None
) -> Iterator[StoredResource]:
    """What one import brought that is still current, of the given types, patient by patient, oldest first.

    For reactions to `intake.events.ResourcesStored`, which run as the system and see everybody. Rows are
    fetched in portions, so that a large import does not fill the memory.
    """
    rows = Resource.objects.within(scope or Scope(patient_ids=None)).filter(
        batch_id=batch_id, type__in=list(types), is_current=True
    )
    ordered = rows.order_by("patient_id", "starts_at", "fhir_id")
    return (_view(row) for row in ordered.values_list(*_COLUMNS).iterator(chunk_size=_CHUNK))


def by_ids(scope: Scope, resource_ids: Iterable[UUID]) -> tuple[StoredResource, ...]:
    """The named versions, in no particular order. One query a portion of ids."""
    found: list[StoredResource] = []
    for part in _parts(sorted(resource_ids)):
        found.extend(_views(Resource.objects.within(scope).filter(id__in=part)))
    return tuple(found)


def count_by_type(scope: Scope) -> dict[str, int]:
    """How many current resources of each type the people in scope have."""
    counted = _current(scope).values_list("type").annotate(models.Count("id")).order_by("type")
    return {name: number for name, number in counted}


def people_with_identifiers(
    scope: Scope, identifiers: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], frozenset[UUID]]:
    """The people whose Patient resource carries each business identifier (system, value)."""
    wanted = set(identifiers)
    found: dict[tuple[str, str], frozenset[UUID]] = {}
    for part in _parts(sorted({value for _, value in wanted})):
        rows = Identifier.objects.within(scope).filter(value__in=part, patient__isnull=False)
        for system, value, person_id in rows.values_list("system", "value", "patient_id"):
            if (system, value) in wanted:
                found[system, value] = found.get((system, value), frozenset()) | {person_id}
    return found


def patients_born(scope: Scope, birth_dates: Iterable[str]) -> tuple[StoredResource, ...]:
    """Current Patient resources with one of these birth dates, as written."""
    found: list[StoredResource] = []
    for part in _parts(sorted(set(birth_dates))):
        found.extend(_views(_current(scope).filter(type="Patient", date_text__in=part)))
    return tuple(found)


def patients_of(scope: Scope, person_ids: Iterable[UUID]) -> tuple[StoredResource, ...]:
    """The current Patient resources of some people."""
    found: list[StoredResource] = []
    for part in _parts(sorted(set(person_ids))):
        found.extend(_views(_current(scope).filter(type="Patient", patient_id__in=part)))
    return tuple(found)


def types_of_batch(scope: Scope, batch_id: UUID) -> list[str]:
    """The resource types that an import brought, in alphabetical order."""
    rows = Resource.objects.within(scope).filter(batch_id=batch_id)
    return list(rows.order_by("type").values_list("type", flat=True).distinct())


def extent_of_batch(
    scope: Scope, batch_id: UUID, *, types: Iterable[str]
) -> tuple[tuple[UUID, ...], datetime | None]:
    """Whose resources of these types an import brought, and when the newest of them starts."""
    rows = Resource.objects.within(scope).filter(
        batch_id=batch_id, type__in=list(types), is_current=True, patient__isnull=False
    )
    people = rows.order_by("patient_id").values_list("patient_id", flat=True).distinct()
    newest: datetime | None = rows.aggregate(newest=models.Max("starts_at"))["newest"]
    return tuple(p for p in people if p), newest


def source_of(scope: Scope, system: str, sha256: str) -> StoredSource | None:
    """The file that brought this very content before."""
    rows = Source.objects.within(scope).filter(system=system, sha256=sha256)
    row = rows.values_list(*_SOURCE_COLUMNS).first()
    return StoredSource(*row) if row else None


def sources_of_batches(scope: Scope, batch_ids: Iterable[UUID]) -> tuple[StoredSource, ...]:
    """The files that imports kept, without their content, in the order they came."""
    rows = Source.objects.within(scope).filter(batch_id__in=list(batch_ids))
    return tuple(
        StoredSource(*row)
        for row in rows.order_by("received_at", "file_name").values_list(*_SOURCE_COLUMNS)
    )


def content_of(scope: Scope, source_id: UUID) -> bytes | None:
    """A file byte for byte as it came, unpacked. None when it is not there."""
    row = Source.objects.within(scope).filter(id=source_id).values_list("content").first()
    return gzip.decompress(bytes(row[0])) if row else None


def _current(scope: Scope) -> ResourceQuerySet:
    return Resource.objects.within(scope).filter(is_current=True)


def _shared() -> ResourceQuerySet:
    return Resource.objects.filter(is_current=True, patient=None, type__in=SHARED_TYPES)


def _views(rows: ResourceQuerySet) -> list[StoredResource]:
    return [_view(row) for row in rows.values_list(*_COLUMNS)]


def _view(row: tuple[Any, ...]) -> StoredResource:
    return StoredResource(*row)


def _parts(items: list[T]) -> Iterator[list[T]]:
    return (items[i : i + _CHUNK] for i in range(0, len(items), _CHUNK))
