"""Making a bill: the unsaved bill, its lines and the postings that say the same in the ledger. No database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portico.domain.billing.models import Adjudication, Bill, BillingEntity, BillLine, Charge
from portico.domain.billing.rules import amounts, numbering
from portico.domain.billing.rules.amounts import SHARES, LineAmounts
from portico.domain.billing.rules.claims import ChargeFacts
from portico.domain.billing.states import ChargeKind
from portico.ledger import recipes
from portico.ledger.book import Posted
from portico.ledger.recipes import PostingDraft, Whose
from portico.platform.kernel.errors import Refused
from portico.platform.kernel.ids import new_id
from portico.platform.kernel.money import Money

_AMOUNTS = ("price", "tax", "discount", "plan_paid", "help", "paid", *SHARES)
_LINE_FIELDS = (
    "charge_id",
    "position",
    "description",
    "kind",
    "code",
    "service_date",
    "provider_name",
    "currency",
    *(f"{name}_minor" for name in _AMOUNTS),
    "owed_minor",
)
_BILL_FIELDS = (
    "entity_id",
    "patient_id",
    "number",
    "version",
    "supersedes_id",
    "source_key",
    "title",
    "service_date",
    "issued_date",
    "due_date",
    "payer_name",
    "claim_number",
    "history",
    "currency",
    "line_count",
    "price_minor",
    "owed_minor",
)


class EmptyBill(Refused):
    """A bill needs at least one charge."""


class MixedCharges(Refused):
    """Charges of one bill belong to one patient, one billing entity and one currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a bill says beside its lines."""

    number: str
    source_key: str
    issued_date: date
    due_date: date | None
    decided_date: date | None = None
    title: str = ""
    payer_name: str = ""
    claim_number: str = ""
    history: bool = False
    supersedes: Bill | None = None
    correction_reason: str = ""
    content_digest: str = ""  # what the source said, when a person corrects what it did not


@dataclass(frozen=True, slots=True)
class IssuedBill:
    """What goes into the database, in this order: lines, bill; and the postings beside them."""

    bill: Bill
    lines: tuple[BillLine, ...]
    postings: tuple[PostingDraft, ...]


def issue(
    heading: Heading, billed: Sequence[tuple[Charge, LineAmounts]], *, decided: bool, at: datetime
) -> IssuedBill:
    """Make a bill. Refuses one that does not add up, naming the line and the difference.

    `decided`: a plan has decided the lines, so their shares must explain what is owed. History is closed:
    what is owed counts as settled before, and nothing is posted.
    """
    if not billed:
        raise EmptyBill
    lead = billed[0][0]
    if {(c.patient_id, c.entity_id, c.currency) for c, _ in billed} != {
        (lead.patient_id, lead.entity_id, lead.currency)
    }:
        raise MixedCharges
    for charge, line in billed:
        amounts.ensure_adds_up(charge.description, line, charge.currency, decided=decided)
    if heading.history:
        billed = [(charge, amounts.settled_before(line)) for charge, line in billed]
    bill_id = new_id()
    lines = tuple(
        _line(bill_id, position, charge, line)
        for position, (charge, line) in enumerate(billed, start=1)
    )
    bill = _bill(bill_id, heading, lead, lines, at)
    bill.content_digest = heading.content_digest or content_of(billed)
    bill.digest = digest_of(bill, lines)
    postings = () if heading.history else tuple(p for ln in lines for p in postings_of(bill, ln))
    return IssuedBill(bill, lines, postings)


def digest_of(bill: Bill, lines: Iterable[BillLine]) -> str:
    """The hash that shows whether an issued bill was touched."""
    ordered = sorted(lines, key=lambda line: line.position)
    return numbering.digest_of(
        [getattr(bill, name) for name in _BILL_FIELDS]
        + [getattr(line, name) for line in ordered for name in _LINE_FIELDS]
    )


def content_of(billed: Iterable[tuple[Charge | ChargeFacts, LineAmounts]]) -> str:
    """The hash of what a source said, whoever helped or settled since: an import finds changes by it."""
    return numbering.digest_of(
        [charge.source_key, charge.description, charge.service_date]
        + [getattr(line, name) for name in _AMOUNTS if name not in ("paid", "help")]
        for charge, line in billed
    )


def amounts_of(line: BillLine) -> LineAmounts:
    """A line's amounts as issued."""
    return LineAmounts(**{name: getattr(line, f"{name}_minor") for name in _AMOUNTS})


def billed_amounts(
    charge: Charge, decision: Adjudication | None, help_minor: int = 0
) -> LineAmounts:
    """A charge with what its plan decided, if one did, and help, which never exceeds what is left."""
    if decision is None:
        line = LineAmounts(
            price=charge.price_minor, tax=charge.tax_minor, discount=charge.discount_minor
        )
    else:
        line = LineAmounts(
            price=charge.price_minor,
            tax=charge.tax_minor,
            discount=decision.discount_minor,
            plan_paid=decision.plan_paid_minor,
            **{name: getattr(decision, f"{name}_minor") for name in SHARES},
        )
    return replace(line, help=min(help_minor, max(line.owed, 0)))


def postings_of(bill: Bill, line: BillLine) -> list[PostingDraft]:
    """What a line means for the ledger; amounts of nothing are not booked."""
    whose = Whose(bill.patient_id, bill.entity_id, line.charge_id)

    def money(minor: int) -> Money:
        return Money(minor, line.currency)

    drafts = []
    if line.price_minor or line.tax_minor:
        price, tax = money(line.price_minor), money(line.tax_minor)
        drafts.append(recipes.charge_issued(line.pk, price, whose, tax=tax))
    if line.discount_minor:
        adjusted = recipes.insurer_adjusted if bill.payer_name else recipes.self_pay_discounted
        drafts.append(adjusted(line.pk, money(line.discount_minor), whose))
    if line.plan_paid_minor:
        drafts.append(recipes.insurer_paid(line.pk, money(line.plan_paid_minor), whose))
    if line.help_minor:
        drafts.append(recipes.help_granted(line.pk, money(line.help_minor), whose))
    return drafts


def taken_back(posted: Iterable[Posted]) -> Iterator[PostingDraft]:
    """The opposite of what superseded lines booked."""
    for one in posted:
        if one.draft.reverses_id is None:
            yield recipes.reversal(
                one.draft,
                one.posting_id,
                source_kind=one.draft.source_kind,
                source_id=one.draft.source_id,
                recipe=f"{one.draft.recipe}_undone",
            )


def _bill(
    bill_id: UUID, heading: Heading, lead: Charge, lines: Sequence[BillLine], at: datetime
) -> Bill:
    old = heading.supersedes
    visit = next((line for line in lines if line.kind == ChargeKind.VISIT), lines[0])
    return Bill(
        id=bill_id,
        entity_id=lead.entity_id,
        patient_id=lead.patient_id,
        number=heading.number,
        version=old.version + 1 if old else 1,
        supersedes=old,
        correction_reason=heading.correction_reason,
        source_key=heading.source_key,
        title=heading.title or visit.description,
        service_date=min(line.service_date for line in lines),
        issued_date=heading.issued_date,
        due_date=heading.due_date,
        decided_date=heading.decided_date,
        payer_name=heading.payer_name,
        claim_number=heading.claim_number,
        provider_name=visit.provider_name,
        history=heading.history,
        currency=lead.currency,
        line_count=len(lines),
        price_minor=sum(line.price_minor for line in lines),
        owed_minor=sum(line.owed_minor for line in lines),
        issued_at=at,
    )


def _line(bill_id: UUID, position: int, charge: Charge, line: LineAmounts) -> BillLine:
    return BillLine(
        bill_id=bill_id,
        charge_id=charge.pk,
        patient_id=charge.patient_id,
        position=position,
        description=charge.description,
        kind=charge.kind,
        code=charge.code,
        code_system=charge.code_system,
        service_date=charge.service_date,
        provider_name=charge.provider_name,
        chart_reference=charge.chart_reference,
        currency=charge.currency,
        owed_minor=line.owed,
        **{f"{name}_minor": getattr(line, name) for name in _AMOUNTS},
    )


def billed(
    charges: Sequence[Charge],
    decisions: Mapping[UUID, Adjudication],
    help_given: Mapping[UUID, Money],
) -> list[tuple[Charge, LineAmounts]]:
    """Charges with their amounts, in the order given."""
    nothing = Money.zero(charges[0].currency)
    return [
        (
            charge,
            billed_amounts(
                charge, decisions.get(charge.pk), help_given.get(charge.pk, nothing).minor
            ),
        )
        for charge in charges
    ]


def payer_of(decisions: Mapping[UUID, Adjudication]) -> str:
    """The plan a bill names; empty without one."""
    return next((decision.payer_name for decision in decisions.values()), "")


def new_entity(code: str, currency: str, settings: Any) -> BillingEntity:
    """The organisation of the settings as a billing entity, unsaved. Beside "main", numbers stand apart."""
    prefix = numbering.prefix_of(settings.PORTICO_ORGANISATION)
    return BillingEntity(
        code=code,
        legal_name=settings.PORTICO_ORGANISATION,
        address=settings.PORTICO_ADDRESS,
        phone=settings.PORTICO_PHONE,
        statement_descriptor=settings.PORTICO_ORGANISATION.upper()[:22],
        currency=currency,
        number_prefix=prefix if code == "main" else f"{prefix}{currency}"[:8],
    )
