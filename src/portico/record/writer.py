"""The only way into the record: one source at a time, whole or not at all, in bulk.

`prepare` compares what came with what is there; `store` writes it. Both run inside the caller's transaction.
The number of queries grows with the hundreds of resources in a source, never with each.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from portico.platform.kernel.ids import new_id
from portico.record import indexing, references
from portico.record.models import Identifier, Resource, Source, WaitingReference

T = TypeVar("T")
Key = tuple[str, str]  # a type and the id its source gave

_CHUNK = 400
_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_RELATIVE = re.compile(
    r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?"
)
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?identifier=([^&]+)")
_LONGEST_REFERENCE = 300


class PatientMissing(Exception):
    """A resource is about a patient who is neither in its source nor in the record. `path` says which."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class Incoming:
    """A resource as it came: where it stood, its own bytes, its values, and how others may name it."""

    path: str
    raw: bytes
    value: dict[str, Any]
    full_url: str = ""

    @property
    def type(self) -> str:
        name: str = self.value["resourceType"]
        return name


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is kept of a file: its sender, name, format, and its content (packed as it came, or plain)."""

    system: str
    file_name: str
    format: str
    sha256: str
    byte_count: int
    received_at: datetime
    content: bytes

    @property
    def packed(self) -> bytes:
        """The content gzipped; what came so is kept so."""
        if self.content[:2] == b"\x1f\x8b":
            return self.content
        return gzip.compress(self.content, compresslevel=1, mtime=0)


@dataclass(slots=True)
class _Known:
    """Where a key stands: our id for it, the hashes of all its versions, and the current one."""

    fhir_id: str
    shas: set[str] = field(default_factory=set)
    version: int = 0
    current_id: UUID | None = None
    patient_id: UUID | None = None
    last_updated: datetime | None = None


@dataclass(slots=True)
class Prepared:
    """What a source would change. `new_patients` and `changed_patients` await the caller's decision."""

    system: str
    items: Sequence[Incoming]
    keys: list[Key]
    shas: list[str]
    known: dict[Key, _Known]
    taken: set[Key]  # ids that another system uses already

    @property
    def new_patients(self) -> dict[str, Incoming]:
        """Patients nobody has seen under this id, by the id their source gave. The last one counts."""
        return {
            key[1]: item
            for key, item in zip(self.keys, self.items, strict=True)
            if key[0] == "Patient" and key not in self.known
        }

    @property
    def changed_patients(self) -> dict[UUID, Incoming]:
        """New versions of Patients that are there, by the resource they would supersede."""
        return {
            found.current_id: item
            for key, sha, item in zip(self.keys, self.shas, self.items, strict=True)
            if key[0] == "Patient"
            and (found := self.known.get(key))
            and found.current_id
            and sha not in found.shas
        }

    @property
    def unchanged(self) -> int:
        return sum(
            1
            for key, sha in zip(self.keys, self.shas, strict=True)
            if key in self.known and sha in self.known[key].shas
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """What a source changed."""

    source_id: UUID | None
    read: int
    stored: int
    unchanged: int
    types: frozenset[str]


def prepare(system: str, items: Sequence[Incoming]) -> Prepared:
    """Compare resources with what the system sent before. Writes nothing."""
    keys, shas = [], []
    for item in items:
        sha = hashlib.sha256(item.raw).hexdigest()
        shas.append(sha)
        keys.append((item.type, _source_key(item, sha)))
    known: dict[Key, _Known] = {}
    taken: set[Key] = set()
    columns = (
        "type",
        "source_key",
        "system",
        "fhir_id",
        "version",
        "sha256",
        "is_current",
        "id",
        "patient_id",
        "last_updated",
    )
    for part in _parts(sorted({key for _, key in keys})):
        rows = Resource.objects.filter(source_key__in=part).values_list(*columns)
        for (
            kind,
            key,
            sender,
            fhir_id,
            version,
            sha,
            is_current,
            row_id,
            patient,
            at,
        ) in rows:
            if sender != system:
                taken.add((kind, fhir_id))
                continue
            found = known.setdefault((kind, key), _Known(fhir_id))
            found.shas.add(sha)
            found.version = max(found.version, version)
            if is_current:
                found.current_id, found.patient_id, found.last_updated = (
                    row_id,
                    patient,
                    at,
                )
    return Prepared(system, items, keys, shas, known, taken)


def store(
    prepared: Prepared,
    facts: SourceFacts,
    *,
    batch_id: UUID,
    people: Mapping[str, UUID],
) -> Stored:
    """Write a source and what is new of it. `people` says who each new Patient is, by its source's id.

    Raises `PatientMissing` before anything is written. A source that brings nothing new is not kept.
    """
    return _Storing(prepared, facts, batch_id, people).run()


class _Storing:
    """One source on its way into the record."""

    def __init__(
        self,
        prepared: Prepared,
        facts: SourceFacts,
        batch_id: UUID,
        people: Mapping[str, UUID],
    ) -> None:
        self.p = prepared
        self.facts = facts
        self.batch_id = batch_id
        self.people = people
        self.ours: dict[Key, str] = {}
        self.targets: dict[str, str] = {}
        self.patients: dict[str, UUID | None] = {}

    def run(self) -> Stored:
        p = self.p
        fresh = self._fresh()
        read, unchanged = len(p.items), len(p.items) - len(fresh)
        if not fresh:
            return Stored(None, read, 0, unchanged, frozenset())
        self._name_all()
        found = {i: references.values_in(p.items[i].raw) for i in fresh}
        self._look_up({value for values in found.values() for value in values})
        patients = self._whose(fresh)
        source = self._source(read)
        rows, superseded = self._rows(fresh, patients, source)
        source.save(force_insert=True)
        self._supersede(superseded)
        Resource.objects.bulk_create(rows, batch_size=_CHUNK)
        current = [(i, row) for i, row in zip(fresh, rows, strict=True) if row.is_current]
        self._write_identifiers(current)
        self._write_waiting(current, found)
        self._arrive(current)
        types = frozenset(row.type for row in rows)
        return Stored(source.id, read, len(rows), unchanged, types)

    def _fresh(self) -> list[int]:
        """Positions of what is new: not there in any version, and each content once."""
        first: dict[tuple[Key, str], int] = {}
        for i, (key, sha) in enumerate(zip(self.p.keys, self.p.shas, strict=True)):
            known = self.p.known.get(key)
            if known is None or sha not in known.shas:
                first.setdefault((key, sha), i)
        return list(first.values())

    def _source(self, count: int) -> Source:
        facts = self.facts
        return Source(
            batch_id=self.batch_id,
            system=facts.system,
            file_name=facts.file_name[:255],
            format=facts.format,
            sha256=facts.sha256,
            byte_count=facts.byte_count,
            resource_count=count,
            received_at=facts.received_at,
            content=facts.packed,
        )

    def _name_all(self) -> None:
        """Give every resource its id, and note every way in which the source's own references may name it."""
        for key, item in zip(self.p.keys, self.p.items, strict=True):
            reference = f"{key[0]}/{self._our_id(key)}"
            for name in _offered(key, item):
                self.targets.setdefault(name, reference)
            known = self.p.known.get(key)
            if key[0] == "Patient":
                self.patients[reference] = known.patient_id if known else self.people.get(key[1])
            elif known:
                self.patients.setdefault(reference, known.patient_id)

    def _our_id(self, key: Key) -> str:
        if key not in self.ours:
            known = self.p.known.get(key)
            if known:
                self.ours[key] = known.fhir_id
            elif key in self.p.taken or not _FHIR_ID.fullmatch(key[1]):
                name = "\n".join(("portico", self.p.system, *key))
                self.ours[key] = str(uuid5(NAMESPACE_URL, name))
            else:
                self.ours[key] = key[1]
        return self.ours[key]

    def _look_up(self, values: set[str]) -> None:
        """Find in the record what the source's references name and the source itself does not hold."""
        by_key: dict[str, list[str]] = {}
        by_number: dict[str, list[str]] = {}
        for value in values - self.targets.keys():
            target = _target(value)
            if target in self.targets:
                self.targets[value] = self.targets[target]
            elif match := _CONDITIONAL.fullmatch(target):
                by_number.setdefault(match[2].rpartition("|")[2], []).append(value)
            elif key := _key_in(target):
                by_key.setdefault(key, []).append(value)
        self._find_by_key(by_key)
        self._find_by_number(by_number)

    def _find_by_key(self, by_key: Mapping[str, list[str]]) -> None:
        for part in _parts(sorted(by_key)):
            rows = Resource.objects.filter(
                source_key__in=part, system=self.p.system, is_current=True
            ).values_list("type", "source_key", "fhir_id", "patient_id")
            for kind, key, fhir_id, patient_id in rows:
                for value in by_key[key]:
                    if _target(value) in (
                        f"{kind}/{key}",
                        f"urn:uuid:{key}",
                        f"urn:oid:{key}",
                    ):
                        self.targets[value] = f"{kind}/{fhir_id}"
                        self.patients[f"{kind}/{fhir_id}"] = patient_id

    def _find_by_number(self, by_number: Mapping[str, list[str]]) -> None:
        """A conditional reference counts when exactly one resource carries the identifier."""
        named: dict[str, set[tuple[str, UUID | None]]] = {}
        for part in _parts(sorted(by_number)):
            rows = Identifier.objects.filter(value__in=part).values_list(
                "system",
                "value",
                "resource__type",
                "resource__fhir_id",
                "resource__patient_id",
            )
            for system, number, kind, fhir_id, patient_id in rows:
                name = f"{kind}?identifier={system}|{number}"
                named.setdefault(name, set()).add((f"{kind}/{fhir_id}", patient_id))
        for values in by_number.values():
            for value in values:
                found = named.get(_target(value), set())
                if len(found) == 1:
                    reference, patient_id = next(iter(found))
                    self.targets[value] = reference
                    self.patients[reference] = patient_id

    def _whose(self, fresh: Iterable[int]) -> dict[int, UUID | None]:
        """The patient each resource is about. What points at others is about the patient they are about."""
        owners: dict[int, UUID | None] = {}
        later = []
        for i in fresh:
            key, item = self.p.keys[i], self.p.items[i]
            mine = f"{key[0]}/{self.ours[key]}"
            if key[0] == "Patient":
                owners[i] = self.patients[mine]
            else:
                owners[i] = self.patients[mine] = self._patient_of(item)
                if owners[i] is None:
                    later.append((i, mine, item))
        for i, mine, item in later:
            for value in indexing.about_references(item.value):
                found = self.patients.get(self.targets.get(value, ""))
                if found:
                    owners[i] = self.patients[mine] = found
                    break
        return owners

    def _patient_of(self, item: Incoming) -> UUID | None:
        for value in indexing.patient_references(item.value):
            if value.startswith("#"):
                continue
            reference = self.targets.get(value, "")
            if reference.startswith("Patient/"):
                found = self.patients.get(reference)
                if found is None:
                    raise PatientMissing(item.path)
                return found
            if not reference and (value.startswith("urn:") or "Patient" in value):
                raise PatientMissing(item.path)
        return None

    def _rows(
        self, fresh: Iterable[int], patients: Mapping[int, UUID | None], source: Source
    ) -> tuple[list[Resource], list[UUID]]:
        rows: list[Resource] = []
        superseded: list[UUID] = []
        newest: dict[Key, Resource] = {}
        versions: dict[Key, int] = {}
        for i in fresh:
            key, item = self.p.keys[i], self.p.items[i]
            known, before = self.p.known.get(key), newest.get(key)
            row = self._row(i, key, item, patients[i], source)
            versions[key] = versions.get(key, known.version if known else 0) + 1
            row.version = versions[key]
            updated = before.last_updated if before else known.last_updated if known else None
            if updated and row.last_updated and row.last_updated < updated:
                row.is_current = False  # an older version that arrives late is history at once
            else:
                if before:
                    before.is_current = False
                elif known and known.current_id:
                    superseded.append(known.current_id)
                newest[key] = row
            rows.append(row)
        return rows, superseded

    def _row(
        self, i: int, key: Key, item: Incoming, patient_id: UUID | None, source: Source
    ) -> Resource:
        index = indexing.index_of(item.value)
        fhir_id = self.ours[key]
        raw = item.raw
        if item.value.get("id") != fhir_id:
            raw = references.with_id(raw, fhir_id)
        return Resource(
            id=new_id(),
            patient_id=patient_id,
            type=key[0],
            fhir_id=fhir_id,
            source_id=source.id,
            batch_id=self.batch_id,
            system=self.p.system,
            source_key=key[1],
            sha256=self.p.shas[i],
            stored_at=self.facts.received_at,
            last_updated=index.last_updated,
            status=index.status,
            category=index.category,
            code=index.code,
            code_system=index.code_system,
            display=index.display,
            date_text=index.date_text,
            starts_at=index.starts_at,
            ends_at=index.ends_at,
            encounter=self.targets.get(index.encounter, index.encounter)[:80],
            text=references.replace(raw, self.targets).decode(),
        )

    def _supersede(self, ids: Sequence[UUID]) -> None:
        for part in _parts(ids):
            Resource.objects.filter(id__in=part).update(is_current=False)
            Identifier.objects.filter(resource_id__in=part).delete()
            WaitingReference.objects.filter(resource_id__in=part).delete()

    def _write_identifiers(self, current: Iterable[tuple[int, Resource]]) -> None:
        rows = [
            Identifier(
                resource_id=row.id,
                patient_id=row.patient_id if row.type == "Patient" else None,
                system=system,
                value=value,
            )
            for i, row in current
            if row.type in indexing.IDENTITY_TYPES
            for system, value in indexing.identifiers_of(self.p.items[i].value)
        ]
        Identifier.objects.bulk_create(rows, batch_size=_CHUNK)

    def _write_waiting(
        self, current: Iterable[tuple[int, Resource]], found: Mapping[int, list[str]]
    ) -> None:
        rows = [
            WaitingReference(
                resource_id=row.id,
                patient_id=row.patient_id,
                system="" if "?" in value else self.p.system,
                target=_target(value),
                value=value,
            )
            for i, row in current
            for value in dict.fromkeys(found[i])
            if value not in self.targets and len(value) <= _LONGEST_REFERENCE
        ]
        WaitingReference.objects.bulk_create(rows, batch_size=_CHUNK)

    def _arrive(self, current: Iterable[tuple[int, Resource]]) -> None:
        """Resolve references that waited for what has just come."""
        waiting = WaitingReference.objects.filter(system__in=(self.p.system, ""))
        if not waiting.exists():
            return
        offered = {
            name: f"{row.type}/{row.fhir_id}"
            for i, row in current
            for name in _offered(self.p.keys[i], self.p.items[i])
        }
        for part in _parts(sorted(offered)):
            rows = waiting.filter(target__in=part).select_related("resource")
            changed: dict[UUID, Resource] = {}
            done = []
            for row in rows:
                resource = changed.setdefault(row.resource_id, row.resource)
                new = offered[row.target]
                text = references.replace(resource.text.encode(), {row.value: new})
                resource.text = text.decode()
                if resource.encounter == row.value:
                    resource.encounter = new
                done.append(row.pk)
            for some in _parts(list(changed.values())):
                Resource.objects.bulk_update(some, ["text", "encounter"], batch_size=_CHUNK)
            for ids in _parts(done):
                WaitingReference.objects.filter(pk__in=ids).delete()


def _source_key(item: Incoming, sha: str) -> str:
    """The id that a source gave, or its fullUrl's, or what stands in for one: the content's own hash."""
    given = item.value.get("id")
    if given:
        return str(given)
    if item.full_url.startswith(("urn:uuid:", "urn:oid:")):
        return item.full_url.split(":", 2)[2][:200]
    match = _RELATIVE.search(item.full_url)
    return match[2] if match and match[1] == item.type else sha


def _offered(key: Key, item: Incoming) -> Iterator[str]:
    """Every way in which a reference may name a resource."""
    yield f"{key[0]}/{key[1]}"
    if item.full_url:
        yield item.full_url
    yield f"urn:uuid:{key[1]}"
    if key[0] in indexing.IDENTITY_TYPES:
        for system, value in indexing.identifiers_of(item.value):
            yield f"{key[0]}?identifier={system}|{value}"


def _target(value: str) -> str:
    """What a reference waits for: without a version, and with its bar as a bar."""
    if "?" in value:
        return value.replace("%7C", "|").replace("%7c", "|")
    match = _RELATIVE.fullmatch(value)
    return f"{match[1]}/{match[2]}" if match else value


def _key_in(target: str) -> str:
    """The source's id inside a reference; empty for addresses elsewhere."""
    if target.startswith(("urn:uuid:", "urn:oid:")):
        return target.split(":", 2)[2]
    return target.split("/", 1)[1] if _RELATIVE.fullmatch(target) else ""


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[i : i + _CHUNK] for i in range(0, len(items), _CHUNK))
