"""Verbs of an import: take a file, refuse a file, finish. Each is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import F

from portico.domain.intake import rules
from portico.domain.intake.events import FileRefused, FileTaken, PeopleCompared, ResourcesStored
from portico.domain.intake.models import Batch, PossibleMatch, RefusedFile
from portico.domain.intake.ports import Unreadable
from portico.domain.intake.states import ID_REUSED, PATIENT_MISSING
from portico.platform.access.permissions import Permission
from portico.platform.gate.verbs import action
from portico.platform.identity.models import Person, PersonLink, resolve_person
from portico.platform.kernel.call import Call
from portico.platform.kernel.errors import NotThere, Refused
from portico.platform.kernel.ids import new_id
from portico.record import indexing, reader, writer
from portico.record.naming import Incoming
from portico.record.writer import SourceFacts, Stored


class PatientMissing(Unreadable):
    """A resource is about a patient who has not come yet. Another file of the same import may bring them."""


class MatchNotThere(NotThere):
    """There is no such pair of people to compare."""


class MergedAlready(Refused):
    """The newer person was linked with somebody else before; that link must be undone first."""


@action(Permission.IMPORT_RUN)
def store_file(
    call: Call, *, batch_id: UUID, facts: SourceFacts, items: Sequence[Incoming]
) -> Stored:
    """Take one file into the record, whole or not at all.

    Newer versions supersede; the same content changes nothing. Raises `PatientMissing` or `Unreadable`, and
    then nothing of the file is stored.
    """
    prepared = writer.prepare(facts.system, items)
    _refuse_reused_ids(call, prepared)
    people, doubts = _people_of(call, prepared.new_patients)
    try:
        stored = writer.store(prepared, facts, batch_id=batch_id, people=people)
    except writer.PatientMissing as missing:
        raise PatientMissing(PATIENT_MISSING, missing.path) from None
    if stored.source_id is None:
        call.unchanged("this content was there already")
        return stored
    _open_batch(call, batch_id, facts.system)
    PossibleMatch.objects.bulk_create(
        [
            PossibleMatch(batch_id=batch_id, newer_id=newer, older_id=older, reason=reason)
            for newer, older, reason in doubts
        ],
        ignore_conflicts=True,
    )
    Batch.objects.within(call.scope).filter(id=batch_id).update(
        read=F("read") + stored.read,
        stored=F("stored") + stored.stored,
        unchanged=F("unchanged") + stored.unchanged,
    )
    call.emit(FileTaken(batch_id=batch_id, source_id=stored.source_id, stored=stored.stored))
    return stored


@action(Permission.IMPORT_RUN)
def refuse_file(
    call: Call, *, batch_id: UUID, system: str, file_name: str, sha256: str, path: str, reason: str
) -> bool:
    """Note that a file was refused, where, and why. Answers whether that is new; again changes nothing."""
    told = {
        "file_name": file_name[:255],
        "sha256": sha256,
        "path": path[:300],
        "reason": reason[:500],
    }
    if RefusedFile.objects.within(call.scope).filter(**told).exists():
        call.unchanged("this file was refused for the same reason before")
        return False
    _open_batch(call, batch_id, system)
    RefusedFile.objects.create(batch_id=batch_id, refused_at=call.now, **told)
    call.emit(FileRefused(batch_id=batch_id))
    return True


@action(Permission.IMPORT_RUN)
def finish_batches(call: Call) -> None:
    """Announce what imports brought: the one that just ended, and any that was cut off before it could."""
    unfinished = list(
        Batch.objects.within(call.scope)
        .filter(finished_at=None)
        .order_by("started_at")
        .values_list("id", flat=True)
    )
    if not unfinished:
        call.unchanged("nothing new came")
        return
    for batch_id in unfinished:
        types = reader.types_of_batch(call.scope, batch_id)
        if types:
            call.emit(ResourcesStored(batch_id=batch_id, types=types))
    if not call.events:
        call.unchanged("every file was refused")
    Batch.objects.within(call.scope).filter(id__in=unfinished).update(finished_at=call.now)


@action(Permission.SIGN_UPS_MATCH)
def decide_match(call: Call, *, match_id: int, is_same: bool) -> UUID:
    """Say whether two people are one. If so, the newer one is linked to the older; nothing is moved.

    Answers the import the pair belongs to. The first decision stands; pressing again changes nothing.
    """
    rows = PossibleMatch.objects.within(call.scope).select_for_update().filter(id=match_id)
    match = rows.first()
    if match is None:
        raise MatchNotThere(str(match_id))
    if match.decided_at:
        call.unchanged("this pair was decided before")
        return match.batch_id
    if is_same:
        _, same_as_newer = resolve_person(match.newer_id)
        survivor_id, same_as_older = resolve_person(match.older_id)
        if len(same_as_newer) > 1 and match.newer_id not in same_as_older:
            raise MergedAlready(str(match_id))
        if match.newer_id not in same_as_older:
            PersonLink.objects.create(
                merged_id=match.newer_id,
                survivor_id=survivor_id,
                linked_at=call.now,
                reason="compared after an import",
            )
    match.decided_at, match.is_same = call.now, is_same
    match.save(update_fields=["decided_at", "is_same"])
    call.emit(PeopleCompared(patient_id=match.newer_id, older_id=match.older_id, is_same=is_same))
    return match.batch_id


def _open_batch(call: Call, batch_id: UUID, system: str) -> None:
    if not Batch.objects.within(call.scope).filter(id=batch_id).exists():
        Batch.objects.create(
            id=batch_id,
            system=system,
            started_at=call.now,
            started_by_id=call.actor.account_id,
        )


def _refuse_reused_ids(call: Call, prepared: writer.Prepared) -> None:
    """A Patient id that suddenly means somebody else is a mix-up of systems, not a correction."""
    changed = prepared.changed_patients
    for before in reader.by_ids(call.scope, changed):
        item = changed[before.resource_id]
        was = rules.demographics_of(reader.decode(before.raw))
        if rules.is_another_person(was, rules.demographics_of(item.values())):
            raise Unreadable(ID_REUSED, item.path)


def _people_of(
    call: Call, newcomers: Mapping[str, Incoming]
) -> tuple[dict[str, UUID], list[tuple[UUID, UUID, str]]]:
    """Who each new Patient is: somebody known by number, or a new person, perhaps with doubts for staff."""
    if not newcomers:
        return {}, []
    told = {key: rules.demographics_of(item.values()) for key, item in newcomers.items()}
    numbers = {key: list(indexing.identifiers_of(item.values())) for key, item in newcomers.items()}
    by_number = {
        number: set(people)
        for number, people in reader.people_with_identifiers(
            call.scope, [n for some in numbers.values() for n in some]
        ).items()
    }
    born: dict[str, set[UUID]] = {}
    known: dict[UUID, list[rules.Demographics]] = {}
    resources = [
        *reader.patients_born(call.scope, (d.birth_date for d in told.values() if d.birth_date)),
        *reader.patients_of(call.scope, (p for some in by_number.values() for p in some)),
    ]
    for resource in resources:
        if resource.patient_id:
            found = rules.demographics_of(reader.decode(resource.raw))
            born.setdefault(found.birth_date, set()).add(resource.patient_id)
            known.setdefault(resource.patient_id, []).append(found)
    people: dict[str, UUID] = {}
    created: list[Person] = []
    doubts: list[tuple[UUID, UUID, str]] = []
    for key, demographics in told.items():
        numbered = {p for number in numbers[key] for p in by_number.get(number, ())}
        alike = born.get(demographics.birth_date, set()) if demographics.birth_date else set()
        decision = rules.decide_person(demographics, numbered, known, alike)
        person_id = decision.person_id or new_id()
        if decision.person_id is None:
            created.append(Person(id=person_id, created_at=call.now))
        people[key] = person_id
        doubts.extend((person_id, older, reason) for older, reason in decision.doubts)
        known.setdefault(person_id, []).append(demographics)
        born.setdefault(demographics.birth_date, set()).add(person_id)
        for number in numbers[key]:
            by_number.setdefault(number, set()).add(person_id)
    Person.objects.bulk_create(created)
    return people, doubts
