"""The only way into the record: one source at a time, whole or not at all, in bulk.

`prepare` compares what came with what is there; `store` writes it. Both run inside the caller's transaction.
The number of queries grows with the hundreds of resources in a source, never with each.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from portico.platform.kernel.ids import new_id
from portico.record import indexing, naming, references
from portico.record.models import Identifier, Resource, Source, WaitingReference
from portico.record.naming import Incoming, Key
from portico.record.resolving import CHUNK, Targets, parts, resolve_waiting

_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_LONGEST_REFERENCE = 300


class PatientMissing(Exception):
    """A resource is about a patient who is neither in its source nor in the record. `path` says which."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


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
        keys.append((item.type, naming.source_key(item, sha)))
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
    for part in parts(sorted({key for _, key in keys})):
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


@dataclass(slots=True)
class _Place:
    """Where a resource stands among the versions of its kind."""

    version: int
    is_current: bool = True


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
        self.targets = Targets(prepared.system)
        self.patients = self.targets.patients
        self.rewritten: dict[str, str] = {}
        self.owners: dict[int, UUID | None] = {}

    def run(self) -> Stored:
        p = self.p
        fresh = self._fresh()
        read, unchanged = len(p.items), len(p.items) - len(fresh)
        if not fresh:
            return Stored(None, read, 0, unchanged, frozenset())
        self._name_all()
        waiting = self._resolve(fresh)
        index = self._read(fresh)
        plan, superseded = self._plan(fresh, index)
        source = self._source(read)
        source.save(force_insert=True)
        self._supersede(superseded)
        for part in parts(fresh):
            self._write([(i, self._row(i, index[i], plan[i], source)) for i in part], waiting)
        resolve_waiting(p.system, self._named(i for i in fresh if plan[i].is_current))
        types = frozenset(p.items[i].type for i in fresh)
        return Stored(source.id, read, len(fresh), unchanged, types)

    def _resolve(self, fresh: Iterable[int]) -> set[str]:
        """Find what the references name. Answers the values that name nothing yet."""
        values = {v for i in fresh for v in references.values_in(self.p.items[i].raw)}
        self.targets.look_up(values)
        self.rewritten = self.targets.rewritten()
        return {v for v in values if self.targets.waits(v) and len(v) <= _LONGEST_REFERENCE}

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
        """Give every resource its id, and note its names and whom it is about."""
        for key in self.p.keys:
            known, reference = self.p.known.get(key), f"{key[0]}/{self._our_id(key)}"
            if key[0] == "Patient":
                self.patients[reference] = known.patient_id if known else self.people.get(key[1])
            elif known:
                self.patients.setdefault(reference, known.patient_id)
        self.targets.offer(self._named(range(len(self.p.items))))

    def _named(self, positions: Iterable[int]) -> list[tuple[Key, Incoming, str]]:
        p = self.p
        return [
            (p.keys[i], p.items[i], f"{p.keys[i][0]}/{self.ours[p.keys[i]]}") for i in positions
        ]

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

    def _read(self, fresh: Iterable[int]) -> dict[int, indexing.Index]:
        """The index of each resource, and the patient it is about.

        What points at others is about the patient they are about.
        """
        index: dict[int, indexing.Index] = {}
        later: list[tuple[int, str, list[str]]] = []
        for i in fresh:
            key, item = self.p.keys[i], self.p.items[i]
            values = item.values()
            index[i] = indexing.index_of(values)
            mine = f"{key[0]}/{self.ours[key]}"
            if key[0] == "Patient":
                self.owners[i] = self.patients[mine]
            else:
                self.owners[i] = self.patients[mine] = self._patient_of(item.path, values)
                if self.owners[i] is None and (about := indexing.about_references(values)):
                    later.append((i, mine, about))
        for i, mine, about in later:
            for value in about:
                found = self.patients.get(self.targets.get(value))
                if found:
                    self.owners[i] = self.patients[mine] = found
                    break
        return index

    def _patient_of(self, path: str, values: dict[str, Any]) -> UUID | None:
        for value in indexing.patient_references(values):
            if value.startswith("#"):
                continue
            reference = self.targets.get(value)
            if reference.startswith("Patient/"):
                found = self.patients.get(reference)
                if found is None:
                    raise PatientMissing(path)
                return found
            if not reference and (value.startswith("urn:") or "Patient" in value):
                raise PatientMissing(path)
        return None

    def _plan(
        self, fresh: Iterable[int], index: Mapping[int, indexing.Index]
    ) -> tuple[dict[int, _Place], list[UUID]]:
        """Which version each resource becomes, and which stored ones it supersedes."""
        plan: dict[int, _Place] = {}
        superseded: list[UUID] = []
        newest: dict[Key, int] = {}
        versions: dict[Key, int] = {}
        for i in fresh:
            key = self.p.keys[i]
            known, before = self.p.known.get(key), newest.get(key)
            versions[key] = versions.get(key, known.version if known else 0) + 1
            place = plan[i] = _Place(versions[key])
            updated = known.last_updated if known else None
            if before is not None:
                updated = index[before].last_updated
            mine = index[i].last_updated
            if updated and mine and mine < updated:
                place.is_current = False  # an older version that arrives late is history at once
                continue
            if before is not None:
                plan[before].is_current = False
            elif known and known.current_id:
                superseded.append(known.current_id)
            newest[key] = i
        return plan, superseded

    def _row(self, i: int, index: indexing.Index, place: _Place, source: Source) -> Resource:
        key, item = self.p.keys[i], self.p.items[i]
        fhir_id = self.ours[key]
        raw = item.raw if item.id == fhir_id else references.with_id(item.raw, fhir_id)
        return Resource(
            id=new_id(),
            patient_id=self.owners[i],
            type=key[0],
            fhir_id=fhir_id,
            version=place.version,
            is_current=place.is_current,
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
            encounter=self.rewritten.get(index.encounter, index.encounter)[:80],
            text=references.replace(raw, self.rewritten).decode(),
        )

    def _supersede(self, ids: Sequence[UUID]) -> None:
        for part in parts(ids):
            Resource.objects.filter(id__in=part).update(is_current=False)
            Identifier.objects.filter(resource_id__in=part).delete()
            WaitingReference.objects.filter(resource_id__in=part).delete()

    def _write(self, rows: Sequence[tuple[int, Resource]], waiting: set[str]) -> None:
        """Insert some resources with their identifiers and the references that wait."""
        Resource.objects.bulk_create([row for _, row in rows])
        current = [(i, row) for i, row in rows if row.is_current]
        identifiers = [
            Identifier(
                resource_id=row.id,
                patient_id=row.patient_id if row.type == "Patient" else None,
                system=system,
                value=value,
            )
            for i, row in current
            if row.type in indexing.IDENTITY_TYPES
            for system, value in indexing.identifiers_of(self.p.items[i].values())
        ]
        Identifier.objects.bulk_create(identifiers, batch_size=CHUNK)
        if not waiting:
            return
        references_left = [
            WaitingReference(
                resource_id=row.id,
                patient_id=row.patient_id,
                system="" if "?" in value else self.p.system,
                target=naming.target(value),
                value=value,
            )
            for i, row in current
            for value in dict.fromkeys(references.values_in(self.p.items[i].raw))
            if value in waiting
        ]
        WaitingReference.objects.bulk_create(references_left, batch_size=CHUNK)
