"""The only way to rows that belong to somebody: start from the scope the gate gave."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.db import models

from portico.platform.access.decisions import Scope

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that narrows itself to a scope.

    A model whose patient, location or billing entity stands elsewhere names the path in
    `patient_path`, `location_path` or `entity_path` of a subclass. A limited scope never reaches
    rows of a model that has no such path for the limited kind only if the path is None.
    """

    patient_path: ClassVar[str | None] = "patient_id"
    location_path: ClassVar[str | None] = None
    entity_path: ClassVar[str | None] = None

    def within(self, scope: Scope) -> Self:
        """Rows that the scope allows; a stranger's row is simply not there."""
        wanted: dict[str, Any] = {}
        if self.patient_path and scope.patient_ids is not None:
            wanted[f"{self.patient_path}__in"] = scope.patient_ids
        if self.location_path and scope.locations is not None:
            wanted[f"{self.location_path}__in"] = scope.locations
        if self.entity_path and scope.entities is not None:
            wanted[f"{self.entity_path}__in"] = scope.entities
        return self.filter(**wanted)
