"""What references name: first in the source itself, then in the record; what comes later resolves what waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from portico.record import naming, references
from portico.record.models import Identifier, Resource, WaitingReference
from portico.record.naming import Incoming, Key

T = TypeVar("T")
CHUNK = 400


def parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Portions that every database takes in one statement."""
    return (items[i : i + CHUNK] for i in range(0, len(items), CHUNK))


class Targets:
    """References of one source and what they turned out to name. Two candidates are no target: no guessing.

    `patients` says whom each named resource is about, as far as known.
    """

    def __init__(self, system: str) -> None:
        self._system = system
        self._named: dict[str, str] = {}
        self._ambiguous: set[str] = set()
        self.patients: dict[str, UUID | None] = {}

    def offer(self, items: Iterable[tuple[Key, Incoming, str]]) -> None:
        """Note every name of the source's own resources. A fullUrl counts before what an id implies."""
        listed = list(items)
        for _, item, reference in listed:
            if item.full_url:
                self._note(item.full_url, reference)
        explicit = set(self._named)
        for key, item, reference in listed:
            for name in naming.offered(key, item):
                if name not in explicit:
                    self._note(name, reference)

    def _note(self, name: str, reference: str) -> None:
        if self._named.setdefault(name, reference) != reference:
            self._ambiguous.add(name)

    def get(self, value: str) -> str:
        """The reference ("Patient/1") that a value names; empty when it names nothing, or more than one thing."""
        return "" if value in self._ambiguous else self._named.get(value, "")

    def waits(self, value: str) -> bool:
        """Whether a value names nothing yet. What names two things stays as it is for good."""
        return value not in self._named and value not in self._ambiguous

    def names(self) -> list[str]:
        """Every name that means one thing."""
        return sorted(self._named.keys() - self._ambiguous)

    def rewritten(self) -> dict[str, str]:
        """Values to replace in the text, and by what. A right value, with or without version, stays."""
        return {
            value: reference
            for value, reference in self._named.items()
            if value != reference
            and value not in self._ambiguous
            and not value.startswith(f"{reference}/_history/")
        }

    def look_up(self, values: Iterable[str]) -> None:
        """Find in the record what the source does not hold. One query a few hundred values."""
        by_key: dict[str, list[str]] = {}
        by_number: dict[str, list[str]] = {}
        for value in set(values) - self._named.keys():
            target = naming.target(value)
            if target in self._ambiguous:
                self._ambiguous.add(value)
            elif target in self._named:
                self._named[value] = self._named[target]
            elif match := naming.CONDITIONAL.fullmatch(target):
                by_number.setdefault(match[2].rpartition("|")[2], []).append(value)
            elif key := naming.key_in(target):
                by_key.setdefault(key, []).append(value)
        self._find_by_key(by_key)
        self._find_by_number(by_number)

    def _find_by_key(self, by_key: Mapping[str, list[str]]) -> None:
        for part in parts(sorted(by_key)):
            rows = Resource.objects.filter(
                source_key__in=part, system=self._system, is_current=True
            ).values_list("type", "source_key", "fhir_id", "patient_id")
            for kind, key, fhir_id, patient_id in rows:
                names = (f"{kind}/{key}", f"urn:uuid:{key}", f"urn:oid:{key}")
                for value in by_key[key]:
                    if naming.target(value) in names:
                        self._note(value, f"{kind}/{fhir_id}")
                        self.patients[f"{kind}/{fhir_id}"] = patient_id

    def _find_by_number(self, by_number: Mapping[str, list[str]]) -> None:
        for part in parts(sorted(by_number)):
            rows = Identifier.objects.filter(value__in=part).values_list(
                "system", "value", "resource__type", "resource__fhir_id", "resource__patient_id"
            )
            for system, number, kind, fhir_id, patient_id in rows:
                name = f"{kind}?identifier={system}|{number}"
                for value in by_number[number]:
                    if naming.target(value) == name:
                        self._note(value, f"{kind}/{fhir_id}")
                        self.patients[f"{kind}/{fhir_id}"] = patient_id


def resolve_waiting(system: str, arrived: Iterable[tuple[Key, Incoming, str]]) -> None:
    """Let references that waited for what has just come name it, in their texts too."""
    waiting = WaitingReference.objects.filter(system__in=(system, ""))
    if not waiting.exists():
        return
    offered = Targets(system)
    offered.offer(arrived)
    for part in parts(offered.names()):
        changed: dict[UUID, Resource] = {}
        done = []
        for row in waiting.filter(target__in=part).select_related("resource"):
            resource = changed.setdefault(row.resource_id, row.resource)
            new = offered.get(row.target)
            if not row.value.startswith(f"{new}/_history/"):
                text = references.replace(resource.text.encode(), {row.value: new})
                resource.text = text.decode()
            if resource.encounter == row.value:
                resource.encounter = new
            done.append(row.pk)
        for some in parts(list(changed.values())):
            Resource.objects.bulk_update(some, ["text", "encounter"], batch_size=CHUNK)
        for ids in parts(done):
            WaitingReference.objects.filter(pk__in=ids).delete()
