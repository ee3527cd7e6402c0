"""From rows and balances to what pages, payments and papers are told. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from portico.domain.billing.models import Bill, BillingEntity, BillLine, Charge, ImportDifference
from portico.domain.billing.rules import issuing, telling
from portico.domain.billing.rules.amounts import LineAmounts
from portico.domain.billing.rules.telling import Reason, WaterfallStep
from portico.domain.billing.states import CORRECTIONS, DIFFERENCES, Words
from portico.ledger.balances import Receivable
from portico.platform.kernel.money import Money, sum_money

Standing = Sequence[tuple[BillLine, Receivable | None]]
_TOTALS = (
    "tax",
    "discount",
    "plan_paid",
    "help",
    "paid",
    "owed",
    "copay",
    "deductible",
    "coinsurance",
    "not_covered",
)


@dataclass(frozen=True, slots=True)
class EntityView:
    """Who is paid. `gateway_account` is empty when the installation's own account takes the money."""

    entity_id: UUID
    legal_name: str
    tax_id: str
    address: str
    phone: str
    statement_descriptor: str
    currency: str
    gateway_account: str


@dataclass(frozen=True, slots=True)
class BillSummary:
    """A bill in a list. `owed` is what is owed now; below zero means that we owe the patient.

    `status` is a slug of `states.BillStatus`.
    """

    bill_id: UUID
    patient_id: UUID
    number: str
    title: str
    service_date: date
    issued_date: date
    due_date: date | None
    owed: Money
    charged: Money
    status: str
    payer_name: str
    line_count: int
    provider_name: str
    entity_name: str


@dataclass(frozen=True, slots=True)
class WaitingCharge:
    """A charge whose plan has not decided. Its price is known, what will be owed is not: no Pay."""

    charge_id: UUID
    description: str
    kind: str
    service_date: date
    payer_name: str
    provider_name: str
    charged: Money


@dataclass(frozen=True, slots=True)
class BillList:
    """A person's bills: to pay (past due first), waiting on insurance, and settled (newest first)."""

    to_pay: tuple[BillSummary, ...]
    waiting: tuple[WaitingCharge, ...]
    settled: tuple[BillSummary, ...]
    total_to_pay: Money


@dataclass(frozen=True, slots=True)
class BillLineView:
    """A line as it stands now. charge + tax - discount - plan_paid - help - paid = owed, always.

    `help` holds financial help and what was written off. `chart_reference` names the chart entry, if any.
    """

    line_id: UUID
    charge_id: UUID
    description: str
    kind: str
    service_date: date
    provider_name: str
    charge: Money
    tax: Money
    discount: Money
    plan_paid: Money
    help: Money
    paid: Money
    owed: Money
    copay: Money
    deductible: Money
    coinsurance: Money
    not_covered: Money
    other_share: Money
    reasons: tuple[Reason, ...]
    code: str
    code_system: str
    chart_reference: str


@dataclass(frozen=True, slots=True)
class BillDetail:
    """One bill with everything its page, its paper and the API say. Totals are the sums of the lines."""

    bill_id: UUID
    patient_id: UUID
    number: str
    version: int
    title: str
    service_date: date
    issued_date: date
    due_date: date | None
    status: str
    payer_name: str
    provider_name: str
    claim_number: str
    has_insurer: bool
    correction_reason: Words
    superseded_by: UUID | None
    entity: EntityView
    entity_name: str
    lines: tuple[BillLineView, ...]
    line_count: int
    steps: tuple[WaterfallStep, ...]
    charged: Money
    tax: Money
    discount: Money
    plan_paid: Money
    help: Money
    paid: Money
    owed: Money
    copay: Money
    deductible: Money
    coinsurance: Money
    not_covered: Money


@dataclass(frozen=True, slots=True)
class PayableLine:
    """A line that can be paid: what is owed on it now, above zero."""

    charge_id: UUID
    line_id: UUID
    description: str
    owed: Money


@dataclass(frozen=True, slots=True)
class PayableBill:
    """What can be paid on a bill now. Empty `lines` and an `owed` of nothing mean that it cannot be."""

    bill_id: UUID
    number: str
    version: int
    title: str
    patient_id: UUID
    entity: EntityView
    due_date: date | None
    service_date: date
    lines: tuple[PayableLine, ...]
    owed: Money


@dataclass(frozen=True, slots=True)
class StaffBillList:
    """A page of all bills, newest first. `pages` is at least 1."""

    bills: tuple[BillSummary, ...]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """Something in an imported claim that does not add up, in words."""

    source_key: str
    patient_id: UUID
    kind: str
    sentence: Words
    line: int
    stated: Money | None
    found: Money | None


@dataclass(frozen=True, slots=True)
class DifferenceList:
    differences: tuple[DifferenceView, ...]
    counts: Mapping[str, int]
    page: int
    pages: int


def summary(bill: Bill, standing: Standing, *, today: date) -> BillSummary:
    """A bill for a list, with what the ledger says is owed now."""
    owed = sum(r.owed.minor if r else 0 for _line, r in standing)
    return BillSummary(
        bill_id=bill.pk,
        patient_id=bill.patient_id,
        number=bill.number,
        title=bill.title,
        service_date=bill.service_date,
        issued_date=bill.issued_date,
        due_date=bill.due_date,
        owed=Money(owed, bill.currency),
        charged=Money(bill.price_minor, bill.currency),
        status=_status(bill, owed, today, superseded=False),
        payer_name=bill.payer_name,
        line_count=bill.line_count,
        provider_name=bill.provider_name,
        entity_name=bill.entity.legal_name,
    )


def detail(bill: Bill, standing: Standing, *, today: date) -> BillDetail:
    """A bill in full. `bill` comes with its entity and the version that superseded it."""
    newer = newer_version(bill)
    views = tuple(_line_view(bill, line, receivable) for line, receivable in standing)
    sums = {n: sum_money([getattr(v, n) for v in views], bill.currency) for n in _TOTALS}
    return BillDetail(
        bill_id=bill.pk,
        patient_id=bill.patient_id,
        number=bill.number,
        version=bill.version,
        title=bill.title,
        service_date=bill.service_date,
        issued_date=bill.issued_date,
        due_date=bill.due_date,
        status=_status(bill, sums["owed"].minor, today, superseded=newer is not None),
        payer_name=bill.payer_name,
        provider_name=bill.provider_name,
        claim_number=bill.claim_number,
        has_insurer=bool(bill.payer_name),
        correction_reason=CORRECTIONS.get(bill.correction_reason, bill.correction_reason),
        superseded_by=newer,
        entity=entity_view(bill.entity),
        entity_name=bill.entity.legal_name,
        lines=views,
        line_count=len(views),
        steps=telling.steps_for(
            [_amounts_now(bill, line, receivable) for line, receivable in standing],
            bill.currency,
            has_insurer=bool(bill.payer_name),
            history=bill.history,
        ),
        charged=sum_money([view.charge for view in views], bill.currency),
        **sums,
    )


def payable(bill: Bill, standing: Standing) -> PayableBill:
    """What can be paid on a bill: its lines with something owed, unless it is closed or superseded."""
    views = [_line_view(bill, line, receivable) for line, receivable in standing]
    closed = bill.history or newer_version(bill) is not None
    lines = tuple(
        PayableLine(view.charge_id, view.line_id, view.description, view.owed)
        for view in views
        if view.owed.minor > 0 and not closed
    )
    return PayableBill(
        bill_id=bill.pk,
        number=bill.number,
        version=bill.version,
        title=bill.title,
        patient_id=bill.patient_id,
        entity=entity_view(bill.entity),
        due_date=bill.due_date,
        service_date=bill.service_date,
        lines=lines,
        owed=sum_money([line.owed for line in lines], bill.currency),
    )


def newer_version(bill: Bill) -> UUID | None:
    """The version that superseded a bill; None while it is in force."""
    newer = getattr(bill, "superseded_by", None)
    return newer.pk if newer else None


def _amounts_now(bill: Bill, line: BillLine, receivable: Receivable | None) -> LineAmounts:
    """A line's amounts with what was paid and written off since. A superseded version stays as issued."""
    issued = issuing.amounts_of(line)
    if receivable is None or newer_version(bill):
        return issued
    return replace(
        issued,
        help=receivable.help.minor + receivable.written_off.minor,
        paid=issued.paid + receivable.paid.minor,
    )


def _line_view(bill: Bill, line: BillLine, receivable: Receivable | None) -> BillLineView:
    now = _amounts_now(bill, line, receivable)

    def money(minor: int) -> Money:
        return Money(minor, line.currency)

    return BillLineView(
        line_id=line.pk,
        charge_id=line.charge_id,
        description=line.description,
        kind=line.kind,
        service_date=line.service_date,
        provider_name=line.provider_name,
        charge=money(now.price),
        tax=money(now.tax),
        discount=money(now.discount),
        plan_paid=money(now.plan_paid),
        help=money(now.help),
        paid=money(now.paid),
        owed=money(now.owed),
        copay=money(now.copay),
        deductible=money(now.deductible),
        coinsurance=money(now.coinsurance),
        not_covered=money(now.not_covered),
        other_share=money(now.other_share),
        reasons=telling.reasons_for(
            now, line.currency, has_insurer=bool(bill.payer_name), history=bill.history
        ),
        code=line.code,
        code_system=line.code_system,
        chart_reference=line.chart_reference,
    )


def entity_view(entity: BillingEntity) -> EntityView:
    """Who is paid, as pages show it."""
    return EntityView(
        entity_id=entity.pk,
        legal_name=entity.legal_name,
        tax_id=entity.tax_id,
        address=entity.address,
        phone=entity.phone,
        statement_descriptor=entity.statement_descriptor,
        currency=entity.currency,
        gateway_account=entity.gateway_account,
    )


def waiting(charge: Charge) -> WaitingCharge:
    """A charge that waits on a plan."""
    return WaitingCharge(
        charge_id=charge.pk,
        description=charge.description,
        kind=charge.kind,
        service_date=charge.service_date,
        payer_name=charge.payer_name,
        provider_name=charge.provider_name,
        charged=Money(charge.price_minor, charge.currency),
    )


def difference(row: ImportDifference) -> DifferenceView:
    """A difference in words."""

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, row.currency)

    return DifferenceView(
        source_key=row.source_key,
        patient_id=row.patient_id,
        kind=row.kind,
        sentence=DIFFERENCES.get(row.kind, row.kind),
        line=row.line,
        stated=money(row.stated_minor),
        found=money(row.found_minor),
    )


def _status(bill: Bill, owed: int, today: date, *, superseded: bool) -> str:
    return telling.status_of(
        owed=owed, due=bill.due_date, today=today, history=bill.history, superseded=superseded
    )
