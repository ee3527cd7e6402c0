"""Keeping bytes: encrypted, under names that say nothing, checked whenever they are read."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings

from portico.platform.files.models import StoredFile
from portico.platform.kernel import ciphers, clock
from portico.platform.kernel.errors import NotThere
from portico.platform.kernel.ids import new_id


class FilesElsewhere(Exception):
    """FILES_URL names a kind of place that is not known yet."""


class Damaged(Exception):
    """The stored bytes are not the ones that were given. They are not shown."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was read, and found whole."""

    id: UUID
    media_type: str
    content: bytes


def keep(content: bytes, *, kind: str, media_type: str, patient_id: UUID | None = None) -> UUID:
    """Store bytes and give the id to read them by. Within a transaction, what is undone leaves an orphan for the sweep."""
    file = StoredFile(
        id=new_id(),
        patient_id=patient_id,
        kind=kind,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    _write(_path(file.id), ciphers.seal(content, bound_to=f"file:{file.id}"))
    file.save(force_insert=True)
    return file.id


def read(file_id: UUID) -> KeptFile:
    """The file, decrypted and compared with its fingerprint. NotThere or Damaged otherwise.

    It does not ask who may see it: that is the verb's business, which knows what the file belongs to.
    """
    file = StoredFile.objects.filter(id=file_id).first()
    if file is None:
        raise NotThere
    try:
        content = ciphers.unseal(_path(file.id).read_bytes(), bound_to=f"file:{file.id}")
    except (OSError, ciphers.CannotOpen) as error:
        raise Damaged(str(file_id)) from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise Damaged(str(file_id))
    return KeptFile(file.id, file.media_type, content)


def sweep(*, older_than: timedelta = timedelta(days=1)) -> int:
    """Remove bytes whose row never was committed; say how many."""
    limit = (clock.now() - older_than).timestamp()
    gone = 0
    for path in folder().glob("??/??/*"):
        if path.stat().st_mtime < limit and not _is_known(path.name):
            path.unlink()
            gone += 1
    return gone


def folder() -> Path:
    """The folder that FILES_URL names; FilesElsewhere when it names something else."""
    parts = urlsplit(settings.FILES_URL)
    if parts.scheme != "file":
        raise FilesElsewhere(
            f"FILES_URL begins with {parts.scheme}://; only file:// folders are known so far."
        )
    return Path(unquote(parts.path))


def _is_known(name: str) -> bool:
    try:
        return StoredFile.objects.filter(id=UUID(name)).exists()
    except ValueError:
        return False


def _path(file_id: UUID) -> Path:
    name = file_id.hex
    return folder() / name[:2] / name[2:4] / name


def _write(path: Path, sealed: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
