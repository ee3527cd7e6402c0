"""What billing established, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portico.platform.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingEntityRegistered(Event):
    sentence: ClassVar[str | Promise] = _("registered a billing entity")
    entity_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRecorded(Event):
    sentence: ClassVar[str | Promise] = _("recorded a charge")
    charge_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeAdjudicated(Event):
    sentence: ClassVar[str | Promise] = _("recorded what a plan decided")
    charge_id: UUID
    adjudication_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPublished(Event):
    sentence: ClassVar[str | Promise] = _("published a bill")
    bill_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BillCorrected(Event):
    sentence: ClassVar[str | Promise] = _("corrected a bill")
    bill_id: UUID
    superseded_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsTakenIn(Event):
    """An import's claims became charges and bills. Numbers only; each open bill has its own event."""

    sentence: ClassVar[str | Promise] = _("took in the claims of an import")
    batch_id: UUID
    charges: int
    bills: int
    history: int
    corrected: int
    differences: int
