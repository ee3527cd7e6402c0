"""Import against bulk_create of the same rows, in the same run on the same database.

`measure(folder)` is for `make bench`; it wants an empty, migrated database of its own and leaves it empty of
what it imported.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import models, transaction

from portico.domain.intake import exchanges
from portico.domain.intake.exchanges import FileToRead
from portico.domain.intake.models import Batch, PossibleMatch
from portico.platform.gate.calls import system_call
from portico.platform.identity.models import Person
from portico.record.models import Identifier, Resource, Source, WaitingReference

ROW_MODELS: tuple[type[models.Model], ...] = (
    Person,
    Source,
    Resource,
    Identifier,
    WaitingReference,
    Batch,
    PossibleMatch,
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of both, and the peak resident memory in MB when the import was through."""

    files: int
    resources: int
    import_seconds: float
    bulk_seconds: float
    peak_mb: int

    @property
    def ratio(self) -> float:
        """How fast the import is beside bulk_create: 1 is as fast, 0.2 is a fifth of its speed."""
        return self.bulk_seconds / self.import_seconds


def measure(folder: Path) -> Measured:
    """Import every packed file of a folder, then write the very same rows with bulk_create."""
    files = [FileToRead(p.name, p.read_bytes) for p in sorted(folder.glob("*.gz"))]
    start = time.perf_counter()
    report = exchanges.import_files(system_call("import"), files=files)
    import_seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    rows = [list(model._base_manager.all()) for model in ROW_MODELS]
    empty()
    start = time.perf_counter()
    with transaction.atomic():
        _write(rows)
    bulk_seconds = time.perf_counter() - start
    empty()
    return Measured(len(files), report.stored, import_seconds, bulk_seconds, peak)


def empty() -> None:
    """Take out what was imported."""
    for model in reversed(ROW_MODELS):
        model._base_manager.all().delete()


def _write(rows: Iterable[list[models.Model]]) -> None:
    for some in rows:
        if some:
            type(some[0])._base_manager.bulk_create(some, batch_size=400)
