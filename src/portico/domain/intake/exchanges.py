"""Import: read a file, store it, the next one. Reading stands outside every transaction. Holds no rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from django.db import DatabaseError

from portico.domain.intake import actions, ports, queries
from portico.domain.intake.actions import PatientMissing
from portico.domain.intake.ports import Opened, Unreadable
from portico.domain.intake.states import NOT_FINISHED, NOT_OPENED, NOT_WRITTEN
from portico.platform.kernel.call import Call
from portico.platform.kernel.ids import new_id
from portico.record.writer import SourceFacts

DEFAULT_SYSTEM = "files"


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file to import: what people call it, and how to get its bytes. `read` may raise OSError."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was refused, the place in it, and why, in plain words."""

    file: str
    path: str
    reason: str


@dataclass(slots=True)
class Report:
    """What an import came to, in resources. `batch_id` is None when nothing new came."""

    read: int = 0
    stored: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)
    batch_id: UUID | None = None


class Progress(Protocol):
    """Told after every file that is through, with how many there are."""

    def __call__(self, done: int, of: int, name: str) -> None: ...


def import_files(
    call: Call,
    *,
    files: Iterable[FileToRead],
    system: str = DEFAULT_SYSTEM,
    progress: Progress | None = None,
) -> Report:
    """Import files as one unit for references, in any order, each whole or not at all.

    `system` names who sent them: within one system a type and id mean one thing. A file about patients who
    have not come yet waits for the other files. One file is in memory at a time. What came is announced as
    `ResourcesStored` at the end, whose jobs are then on the queue.
    """
    run = _Run(call, system, list(files), progress)
    run.go()
    try:
        actions.finish_batches(call)
    except DatabaseError:
        run.report.refused.append(Refusal("", "", NOT_FINISHED))
    return run.report


class _Run:
    def __init__(
        self, call: Call, system: str, files: Sequence[FileToRead], progress: Progress | None
    ) -> None:
        self.call = call
        self.system = system
        self.files = files
        self.progress = progress
        self.batch_id = new_id()
        self.report = Report()
        self.done = 0

    def go(self) -> None:
        waiting: Sequence[FileToRead] = self.files
        while waiting:
            postponed: list[tuple[FileToRead, str, PatientMissing]] = []
            for file in waiting:
                self._take(file, postponed)
            if len(postponed) == len(waiting):  # nothing moved: their patients will not come
                for file, sha256, missing in postponed:
                    self._refuse(file, sha256, missing.path, missing.reason)
                    self._through(file)
                return
            waiting = [file for file, _, _ in postponed]

    def _take(
        self, file: FileToRead, postponed: list[tuple[FileToRead, str, PatientMissing]]
    ) -> None:
        sha256 = ""
        try:
            content = file.read()
            opened = ports.open_file(content)
            sha256 = opened.sha256
            self._store(file, content, opened)
        except PatientMissing as missing:
            postponed.append((file, sha256, missing))
            return
        except Unreadable as fault:
            self._refuse(file, sha256, fault.path, fault.reason)
        except DatabaseError:
            self._refuse(file, sha256, "", NOT_WRITTEN)
        except OSError:
            self._refuse(file, sha256, "", NOT_OPENED)
        self._through(file)

    def _store(self, file: FileToRead, content: bytes, opened: Opened) -> None:
        before = queries.count_taken(self.call, system=self.system, sha256=opened.sha256)
        if before is not None:
            self.report.read += before
            self.report.unchanged += before
            return
        facts = SourceFacts(
            system=self.system,
            file_name=file.name,
            format=opened.format,
            sha256=opened.sha256,
            byte_count=opened.byte_count,
            received_at=self.call.now,
            content=content,
        )
        items = list(opened.read())
        stored = actions.store_file(self.call, batch_id=self.batch_id, facts=facts, items=items)
        self.report.read += stored.read
        self.report.stored += stored.stored
        self.report.unchanged += stored.unchanged
        if stored.source_id:
            self.report.batch_id = self.batch_id

    def _refuse(self, file: FileToRead, sha256: str, path: str, reason: str) -> None:
        self.report.refused.append(Refusal(file.name, path, reason))
        try:
            noted = actions.refuse_file(
                self.call,
                batch_id=self.batch_id,
                system=self.system,
                file_name=file.name,
                sha256=sha256,
                path=path,
                reason=reason,
            )
        except DatabaseError:
            return  # the disk that refused the file refuses the note too; the report still tells
        if noted:
            self.report.batch_id = self.batch_id

    def _through(self, file: FileToRead) -> None:
        self.done += 1
        if self.progress:
            self.progress(self.done, len(self.files), file.name)
