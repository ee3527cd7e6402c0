"""What an import established."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from portico.platform.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTaken(Event):
    """A file was stored whole. Its resources are announced together, when the whole import is through."""

    sentence = _("imported a file")
    batch_id: UUID
    source_id: UUID
    stored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRefused(Event):
    """A file was refused; nothing of it was stored."""

    sentence = _("refused a file")
    batch_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcesStored(Event):
    """An import is through. Fetch what it brought with `record.reader.resources_of_batch(batch_id, types=...)`.

    `types` are the resource types it brought. May be announced twice for one batch: react idempotently.
    """

    sentence = _("finished an import")
    batch_id: UUID
    types: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCompared(Event):
    """A member of staff decided whether two people are one. `patient_id` is the newer one."""

    sentence = _("compared two people")
    older_id: UUID
    is_same: bool
