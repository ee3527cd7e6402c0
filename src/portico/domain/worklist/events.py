"""What happened to work that waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portico.platform.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJobStartedAgain(Event):
    """Staff had failed background work tried again."""

    sentence: ClassVar[str | Promise] = _("started failed background work again")
    job_id: UUID
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJobGivenUp(Event):
    """Staff let failed background work be."""

    sentence: ClassVar[str | Promise] = _("gave up failed background work")
    job_id: UUID
    topic: str
