"""Facts in the past tense. An event's name is the audit kind and the job's topic: one word for one thing."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any, ClassVar
from uuid import UUID

from django.utils.functional import Promise

_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")
registry: dict[str, type[Event]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact that a verb established.

    Subclasses are frozen dataclasses with few, small, JSON-able fields (str, int, bool, None, UUID, lists of
    str): identifiers, never names, words or clinical values, because events are stored in the audit and in jobs.
    `sentence` says in words what happened ("opened bill"), for the audit log that patients read.
    """

    patient_id: UUID | None = None
    sentence: ClassVar[str | Promise] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super(Event, cls).__init_subclass__(**kwargs)
        registry[cls.kind()] = cls

    @classmethod
    def kind(cls) -> str:
        """The event's slug: PaymentSucceeded is `payment_succeeded`."""
        return _CAMEL.sub("_", cls.__name__).lower()

    def payload(self) -> dict[str, Any]:
        """The event as JSON-able values; UUIDs become text."""
        return {
            f.name: str(v) if isinstance(v := getattr(self, f.name), UUID) else v
            for f in fields(self)
        }


def revive(kind: str, payload: dict[str, Any]) -> Event:
    """The event that `payload()` gave, with UUID fields as UUIDs again. KeyError for an unknown kind."""
    cls = registry[kind]
    values = {}
    for field in fields(cls):
        value = payload.get(field.name)
        values[field.name] = UUID(value) if "UUID" in str(field.type) and value else value
    return cls(**values)
