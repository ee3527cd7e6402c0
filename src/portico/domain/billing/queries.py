"""What pages, payments and `portico verify` may know about bills. No read grows its queries with its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q

from portico.domain.billing.models import Bill, BillLine, Charge, ImportDifference
from portico.domain.billing.rules import issuing, numbering, picturing, reading
from portico.domain.billing.rules.picturing import (
    BillDetail,
    BillLineView,
    BillList,
    BillSummary,
    DifferenceList,
    DifferenceView,
    EntityView,
    PayableBill,
    PayableLine,
    StaffBillList,
    WaitingCharge,
)
from portico.domain.billing.rules.telling import Reason, WaterfallStep
from portico.domain.billing.states import (
    BILL_LABELS,
    DIFFERENCES,
    KIND_LABELS,
    BillStatus,
    ChargeStage,
)
from portico.ledger import balances, book, verification
from portico.ledger.balances import Receivable
from portico.platform.access.permissions import Permission
from portico.platform.gate.verbs import query
from portico.platform.kernel import clock
from portico.platform.kernel.call import Call
from portico.platform.kernel.errors import NotThere
from portico.platform.kernel.money import Money, sum_money
from portico.record import reader

__all__ = [
    "BILL_LABELS",
    "DIFFERENCES",
    "KIND_LABELS",
    "BillDetail",
    "BillLineView",
    "BillList",
    "BillSummary",
    "DifferenceList",
    "DifferenceView",
    "EntityView",
    "ClaimsToTakeIn",
    "NoSuchBill",
    "PayableBill",
    "PayableLine",
    "Reason",
    "StaffBillList",
    "WaitingCharge",
    "WaterfallStep",
    "find_claims_to_take_in",
    "get_bill",
    "get_bill_for_staff",
    "get_payable",
    "list_bills",
    "list_bills_for_staff",
    "list_import_differences",
    "list_problems",
]

PAGE = 50
_OPEN = (BillStatus.TO_PAY, BillStatus.PAST_DUE)
TRIGGERS = {
    "sqlite": frozenset(
        {
            "billing_bill_seals_its_lines",
            "billing_line_before_its_bill",
            "billing_bill_no_update",
            "billing_bill_no_delete",
            "billing_billline_no_update",
            "billing_billline_no_delete",
        }
    ),
    "postgresql": frozenset(
        {
            "billing_bill_seals_its_lines",
            "billing_line_before_its_bill",
            "billing_bill_frozen",
            "billing_bill_no_truncate",
            "billing_billline_frozen",
            "billing_billline_no_truncate",
        }
    ),
}


@dataclass(frozen=True, slots=True)
class ClaimsToTakeIn:
    """The people an import brought claims of; what was decided before `open_since` is history."""

    patient_ids: tuple[UUID, ...]
    open_since: date


class NoSuchBill(NotThere):
    """The bill is not there for this person."""


@query(Permission.BILLS_READ)
def list_bills(call: Call) -> BillList:
    """The bills of the person acted for, newest versions only. Four queries."""
    rows = Bill.objects.within(call.scope).filter(superseded_by=None).select_related("entity")
    bills = _summaries(call, list(rows.order_by("-service_date", "-issued_at", "id")))
    to_pay = [bill for bill in bills if bill.status in _OPEN]
    to_pay.sort(key=lambda bill: (bill.due_date or bill.issued_date, bill.number))
    currency = to_pay[0].owed.currency if to_pay else settings.PORTICO_CURRENCY
    waiting = Charge.objects.within(call.scope).filter(stage=ChargeStage.WAITING)
    return BillList(
        to_pay=tuple(to_pay),
        waiting=tuple(
            picturing.waiting(charge) for charge in waiting.order_by("-service_date", "id")
        ),
        settled=tuple(bill for bill in bills if bill.status not in _OPEN),
        total_to_pay=sum_money(
            [bill.owed for bill in to_pay if bill.owed.currency == currency], currency
        ),
    )


@query(Permission.BILLS_READ)
def get_bill(call: Call, *, bill_id: UUID) -> BillDetail:
    """One bill of the person acted for. Raises `NoSuchBill`. Three queries."""
    return _detail(call, bill_id)


@query(Permission.BILLS_READ)
def get_payable(call: Call, *, bill_id: UUID) -> PayableBill:
    """What can be paid on a bill now. Raises `NoSuchBill`. A superseded or historic bill has no lines."""
    bill, lines = _bill_with_lines(call, bill_id)
    return picturing.payable(bill, _standing([bill], lines)[bill.pk])


@query(Permission.BILLS_READ_ALL)
def list_bills_for_staff(
    call: Call, *, text: str = "", status: str = "", page: int = 1
) -> StaffBillList:
    """All bills in force, by number, title or claim number. `status` is "" or "history" or "open"."""
    rows = Bill.objects.within(call.scope).filter(superseded_by=None).select_related("entity")
    if text:
        rows = rows.filter(
            Q(number__icontains=text) | Q(title__icontains=text) | Q(claim_number=text)
        )
    if status:
        rows = rows.filter(history=status == "history")
    count = rows.count()
    pages = max(1, -(-count // PAGE))
    page = min(max(page, 1), pages)
    shown = rows.order_by("-issued_at", "-number", "id")[(page - 1) * PAGE : page * PAGE]
    bills = tuple(_summaries(call, list(shown)))
    call.shown(*(bill.patient_id for bill in bills))
    return StaffBillList(bills, page, pages, count)


@query(Permission.BILLS_READ_ALL)
def get_bill_for_staff(call: Call, *, bill_id: UUID) -> BillDetail:
    """Anybody's bill, for billing staff. Raises `NoSuchBill`."""
    detail = _detail(call, bill_id)
    call.shown(detail.patient_id)
    return detail


@query(Permission.BILLS_READ_ALL)
def list_import_differences(call: Call, *, kind: str = "", page: int = 1) -> DifferenceList:
    """What imported claims have wrong with them, newest first, with the number of each kind."""
    rows = ImportDifference.objects.within(call.scope)
    counted = rows.order_by().values_list("kind").annotate(number=Count("id"))
    counts = {name: number for name, number in counted}
    count = counts.get(kind, 0) if kind else sum(counts.values())
    pages = max(1, -(-count // PAGE))
    page = min(max(page, 1), pages)
    chosen = rows.filter(kind=kind) if kind else rows
    shown = chosen.order_by("-noted_at", "-id")[(page - 1) * PAGE : page * PAGE]
    views = tuple(picturing.difference(row) for row in shown)
    call.shown(*(view.patient_id for view in views))
    return DifferenceList(views, counts, page, pages)


@query(Permission.MACHINE_RUN, noted=False)
def find_claims_to_take_in(call: Call, *, batch_id: UUID) -> ClaimsToTakeIn:
    """Whose claims an import brought, and from which day its bills are open.

    That day is `PORTICO_BILLS_SINCE`, else twelve months before the import's newest claim.
    """
    people, newest = reader.extent_of_batch(call.scope, batch_id, types=reading.TYPES)
    since = date.min
    if settings.PORTICO_BILLS_SINCE:
        since = date.fromisoformat(settings.PORTICO_BILLS_SINCE)
    elif newest:
        since = numbering.history_before(newest.date())
    return ClaimsToTakeIn(people, since)


@query(Permission.MACHINE_RUN, noted=False)
def list_problems(call: Call) -> list[str]:
    """Everything wrong between bills and ledger, in words, for `portico verify`; empty when all is well."""
    found = verification.missing_triggers(TRIGGERS[connection.vendor])
    in_force = BillLine.objects.within(call.scope).filter(bill__superseded_by=None)
    twice = in_force.order_by().values_list("charge_id").annotate(n=Count("id")).filter(n__gt=1)
    found += [f"Charge {charge_id} stands on {n} bills." for charge_id, n in twice]
    rows = Bill.objects.within(call.scope).order_by("id")
    portion: list[Bill] = []
    for bill in rows.iterator(chunk_size=PAGE * 4):
        portion.append(bill)
        if len(portion) == PAGE * 4:
            found += _problems_of(call, portion)
            portion = []
    return found + _problems_of(call, portion)


def _problems_of(call: Call, bills: list[Bill]) -> list[str]:
    """Hashes, sums, and each line against what its postings say."""
    lines: dict[UUID, list[BillLine]] = defaultdict(list)
    for line in BillLine.objects.within(call.scope).filter(bill__in=[b.pk for b in bills]):
        lines[line.bill_id].append(line)
    newer = set(
        Bill.objects.within(call.scope)
        .filter(supersedes__in=[b.pk for b in bills])
        .values_list("supersedes_id", flat=True)
    )
    booked: dict[str, int] = defaultdict(int)
    for posted in book.find_postings("bill-line", [ln.pk for row in lines.values() for ln in row]):
        for entry in posted.draft.entries:
            if entry.account == "patient_receivable":
                sign = 1 if entry.direction == "debit" else -1
                booked[posted.draft.source_id] += sign * entry.amount.minor
    found = []
    for bill in bills:
        if bill.digest != issuing.digest_of(bill, lines[bill.pk]):
            found.append(f"Bill {bill.number} is not as it was issued.")
        for line in lines[bill.pk]:
            closed = bill.history or bill.pk in newer
            expected = 0 if closed else line.owed_minor + line.paid_minor
            if booked[str(line.pk)] != expected:
                off = Money(booked[str(line.pk)] - expected, line.currency)
                found.append(
                    f"Line {line.position} of bill {bill.number} and the ledger differ by {off}."
                )
    return found


def _detail(call: Call, bill_id: UUID) -> BillDetail:
    bill, lines = _bill_with_lines(call, bill_id)
    return picturing.detail(bill, _standing([bill], lines)[bill.pk], today=_today())


def _bill_with_lines(call: Call, bill_id: UUID) -> tuple[Bill, list[BillLine]]:
    rows = Bill.objects.within(call.scope).select_related("entity", "superseded_by")
    bill = rows.filter(pk=bill_id).first()
    if bill is None:
        raise NoSuchBill
    return bill, list(BillLine.objects.within(call.scope).filter(bill=bill).order_by("position"))


def _summaries(call: Call, bills: list[Bill]) -> list[BillSummary]:
    lines = BillLine.objects.within(call.scope).filter(
        bill__in=[bill.pk for bill in bills if not bill.history]
    )
    standing = _standing(bills, lines.only("id", "bill_id", "charge_id", "owed_minor", "currency"))
    return [picturing.summary(bill, standing[bill.pk], today=_today()) for bill in bills]


def _standing(
    bills: Iterable[Bill], lines: Iterable[BillLine]
) -> dict[UUID, list[tuple[BillLine, Receivable | None]]]:
    """Each bill's lines with what the ledger says of their charges. History has nothing there."""
    history = {bill.pk for bill in bills if bill.history}
    kept = list(lines)
    found = balances.receivables({ln.charge_id for ln in kept if ln.bill_id not in history})
    pairs: dict[UUID, list[tuple[BillLine, Receivable | None]]] = defaultdict(list)
    for line in kept:
        known = None if line.bill_id in history else found.get(line.charge_id)
        pairs[line.bill_id].append((line, known))
    return pairs


def _today() -> date:
    return clock.today(ZoneInfo(settings.TIME_ZONE))
