"""What staff see of imports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count
from django.utils.functional import Promise

from portico.domain.intake.models import Batch, PossibleMatch, RefusedFile
from portico.domain.intake.states import MATCH_REASONS
from portico.platform.access.permissions import Permission
from portico.platform.gate.verbs import query
from portico.platform.kernel.call import Call
from portico.platform.kernel.errors import NotThere
from portico.record import reader

PAGE_SIZE = 25


class ImportNotThere(NotThere):
    """There is no such import."""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """One import in the list: numbers of resources, and of files refused."""

    batch_id: UUID
    system: str
    started_at: datetime
    is_finished: bool
    read: int
    stored: int
    unchanged: int
    refused_count: int


@dataclass(frozen=True, slots=True)
class ImportPage:
    """A page of imports, newest first."""

    imports: tuple[ImportSummary, ...]
    page: int
    page_count: int
    total: int


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that was taken."""

    source_id: UUID
    name: str
    format: str
    byte_count: int
    resource_count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RefusalView:
    """A file that was refused: where and why."""

    file: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class MatchView:
    """Two people whom somebody should compare, by the names and birth dates of their records."""

    match_id: int
    newer_id: UUID
    newer_name: str
    newer_birth_date: str
    older_id: UUID
    older_name: str
    older_birth_date: str
    reason: str | Promise
    is_decided: bool
    is_same: bool | None


@dataclass(frozen=True, slots=True)
class ImportDetail:
    """One import with its files, refusals and people to compare."""

    summary: ImportSummary
    files: tuple[FileView, ...]
    refusals: tuple[RefusalView, ...]
    matches: tuple[MatchView, ...]


@query(Permission.IMPORT_READ, noted=False)
def list_imports(call: Call, *, page: int = 1) -> ImportPage:
    """Imports, newest first. Shows nobody's data."""
    rows = (
        Batch.objects.within(call.scope)
        .annotate(refused_count=Count("refused_files"))
        .order_by("-started_at", "id")
    )
    paginator = Paginator(rows, PAGE_SIZE)
    chosen = paginator.get_page(page)
    return ImportPage(
        imports=tuple(_summary(row) for row in chosen),
        page=chosen.number,
        page_count=paginator.num_pages,
        total=paginator.count,
    )


@query(Permission.IMPORT_READ)
def get_import(call: Call, *, batch_id: UUID) -> ImportDetail:
    """One import. File names may name patients, so the access is noted."""
    rows = Batch.objects.within(call.scope).annotate(refused_count=Count("refused_files"))
    batch = rows.filter(id=batch_id).first()
    if batch is None:
        raise ImportNotThere(str(batch_id))
    matches = _matches(call, batch_id)
    call.shown(*(person for match in matches for person in (match.newer_id, match.older_id)))
    return ImportDetail(
        summary=_summary(batch),
        files=tuple(
            FileView(
                source.source_id,
                source.file_name,
                source.format,
                source.byte_count,
                source.resource_count,
                source.sha256,
            )
            for source in reader.sources_of_batches(call.scope, [batch_id])
        ),
        refusals=tuple(
            RefusalView(*row)
            for row in RefusedFile.objects.within(call.scope)
            .filter(batch_id=batch_id)
            .order_by("refused_at", "id")
            .values_list("file_name", "path", "reason")
        ),
        matches=matches,
    )


@query(Permission.IMPORT_RUN, noted=False)
def count_taken(call: Call, *, system: str, sha256: str) -> int | None:
    """How many resources a file held that came before with this very content; None when it did not."""
    found = reader.source_of(call.scope, system, sha256)
    return found.resource_count if found else None


def _matches(call: Call, batch_id: UUID) -> tuple[MatchView, ...]:
    rows = list(PossibleMatch.objects.within(call.scope).filter(batch_id=batch_id).order_by("id"))
    ids = {person for row in rows for person in (row.newer_id, row.older_id)}
    told = {p.patient_id: (p.display, p.date_text) for p in reader.patients_of(call.scope, ids)}
    nobody = ("", "")
    return tuple(
        MatchView(
            row.pk,
            row.newer_id,
            *told.get(row.newer_id, nobody),
            row.older_id,
            *told.get(row.older_id, nobody),
            MATCH_REASONS[row.reason],
            row.decided_at is not None,
            row.is_same,
        )
        for row in rows
    )


def _summary(batch: Batch) -> ImportSummary:
    return ImportSummary(
        batch_id=batch.id,
        system=batch.system,
        started_at=batch.started_at,
        is_finished=batch.finished_at is not None,
        read=batch.read,
        stored=batch.stored,
        unchanged=batch.unchanged,
        refused_count=batch.refused_count,  # type: ignore[attr-defined]  # annotated
    )
