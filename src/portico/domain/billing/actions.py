"""The verbs of billing: charges, adjudications, bills, corrections, and taking in imported claims."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from portico.domain.billing.events import (
    BillCorrected,
    BillingEntityRegistered,
    BillPublished,
    ChargeAdjudicated,
    ChargeRecorded,
    ClaimsTakenIn,
)
from portico.domain.billing.models import (
    Adjudication,
    Bill,
    BillingEntity,
    BillLine,
    Charge,
    ImportDifference,
)
from portico.domain.billing.queries import NoSuchBill
from portico.domain.billing.rules import claims, issuing, numbering, planning, reading
from portico.domain.billing.rules.amounts import DoesNotAddUp as DoesNotAddUp
from portico.domain.billing.rules.issuing import Heading, IssuedBill
from portico.domain.billing.rules.planning import PatientClaim, Plan, Standing
from portico.domain.billing.states import ChargeKind, ChargeStage
from portico.ledger import balances, book, recipes
from portico.platform.access.decisions import Scope
from portico.platform.access.permissions import Permission
from portico.platform.gate.verbs import action
from portico.platform.kernel import clock
from portico.platform.kernel.call import Call
from portico.platform.kernel.errors import NotThere, Refused
from portico.platform.kernel.ids import new_id
from portico.platform.kernel.money import Money
from portico.record import reader
from portico.record.reader import StoredResource


class ChargeNotThere(NotThere):
    """No such charge in scope."""


class AlreadyBilled(Refused):
    """A charge stands on a bill; a change to it is a correction of that bill."""


class AlreadySuperseded(Refused):
    """The bill has a newer version; correct that one."""


class ForeignCurrency(Refused):
    """The charge's currency is not that of the billing entity."""


@action(Permission.BILLS_PUBLISH)
def ensure_entity(
    call: Call,
    *,
    code: str = "main",
    legal_name: str = "",
    currency: str = "",
    tax_id: str = "",
    statement_descriptor: str = "",
    gateway_account: str = "",
    number_prefix: str = "",
) -> UUID:
    """The billing entity of that code, made when it is not there. "main" is the organisation itself."""
    found = BillingEntity.objects.within(call.scope).filter(code=code).first()
    if found:
        call.unchanged("this billing entity stands")
        return found.pk
    entity = issuing.new_entity(code, currency or settings.PORTICO_CURRENCY, settings)
    entity.legal_name = legal_name or entity.legal_name
    entity.tax_id, entity.gateway_account = tax_id, gateway_account
    entity.statement_descriptor = (statement_descriptor or entity.statement_descriptor)[:22]
    entity.number_prefix = number_prefix or entity.number_prefix
    entity.save(force_insert=True)
    call.emit(BillingEntityRegistered(entity_id=entity.pk))
    return entity.pk


@action(Permission.BILLS_PUBLISH)
def record_charge(
    call: Call,
    *,
    patient_id: UUID,
    description: str,
    kind: str,
    price: Money,
    service_date: date,
    tax: Money | None = None,
    discount: Money | None = None,
    code: str = "",
    code_system: str = "",
    provider_name: str = "",
    payer_name: str = "",
    waiting: bool = False,
    chart_reference: str = "",
    source_key: str = "",
    entity_id: UUID | None = None,
) -> UUID:
    """Record what was done and its price. The same `source_key` gives the charge that stands.

    `waiting`: a plan has been asked and has not answered. `discount` is for people without a plan.
    """
    entity = _entity_for(call.scope, price.currency, entity_id)
    if entity.currency != price.currency:
        raise ForeignCurrency
    charge = Charge(
        entity=entity,
        patient_id=patient_id,
        stage=ChargeStage.WAITING if waiting else ChargeStage.OPEN,
        description=description,
        kind=ChargeKind(kind),
        code=code,
        code_system=code_system,
        service_date=service_date,
        provider_name=provider_name,
        payer_name=payer_name,
        chart_reference=chart_reference,
        price_minor=price.minor,
        tax_minor=tax.minor if tax else 0,
        discount_minor=discount.minor if discount else 0,
        currency=price.currency,
    )
    charge.source_key = source_key or f"charge/{charge.pk}"
    standing = (
        Charge.objects.within(call.scope)
        .filter(entity=entity, source_key=charge.source_key)
        .first()
    )
    if standing:
        call.unchanged("the charge stands")
        return standing.pk
    charge.save(force_insert=True)
    call.emit(ChargeRecorded(patient_id=patient_id, charge_id=charge.pk))
    return charge.pk


@action(Permission.BILLS_PUBLISH)
def adjudicate(
    call: Call,
    *,
    charge_id: UUID,
    payer_name: str,
    decided_date: date,
    discount: Money,
    plan_paid: Money,
    copay: Money | None = None,
    deductible: Money | None = None,
    coinsurance: Money | None = None,
    not_covered: Money | None = None,
    claim_number: str = "",
) -> UUID:
    """Record what a plan decided about a charge. A later decision replaces it; bills are not touched."""
    charge = Charge.objects.within(call.scope).filter(pk=charge_id).first()
    if charge is None:
        raise ChargeNotThere
    Adjudication.objects.within(call.scope).filter(charge=charge, current=True).update(
        current=False
    )
    decision = Adjudication(
        charge=charge,
        patient_id=charge.patient_id,
        payer_name=payer_name,
        claim_number=claim_number,
        currency=charge.currency,
        discount_minor=discount.minor,
        plan_paid_minor=plan_paid.minor,
        copay_minor=copay.minor if copay else 0,
        deductible_minor=deductible.minor if deductible else 0,
        coinsurance_minor=coinsurance.minor if coinsurance else 0,
        not_covered_minor=not_covered.minor if not_covered else 0,
        decided_date=decided_date,
    )
    decision.save(force_insert=True)
    if charge.stage == ChargeStage.WAITING:
        charge.stage = ChargeStage.OPEN
        charge.save(update_fields=["stage"])
    call.emit(
        ChargeAdjudicated(
            patient_id=charge.patient_id, charge_id=charge.pk, adjudication_id=decision.pk
        )
    )
    return decision.pk


@action(Permission.BILLS_PUBLISH)
def publish_bill(
    call: Call,
    *,
    charge_ids: Sequence[UUID],
    title: str = "",
    number: str = "",
    issued_date: date | None = None,
    due_date: date | None = None,
    help_given: Mapping[UUID, Money] | None = None,
    history: bool = False,
) -> UUID:
    """Issue a bill over charges, in the order given, and book it. Gives the bill's id.

    Refuses charges of several patients or entities (`MixedCharges`), billed ones (`AlreadyBilled`), and a
    bill that does not add up (`rules.amounts.DoesNotAddUp`, which names the line and the difference).
    """
    charges = _charges(call.scope, charge_ids)
    if any(charge.stage in (ChargeStage.BILLED, ChargeStage.HISTORY) for charge in charges):
        raise AlreadyBilled
    entity = _locked_entity(call.scope, charges[0].entity_id)
    decisions = _decisions(call.scope, charges)
    issued = issued_date or _today()
    heading = Heading(
        number=number or numbering.number_of(entity.number_prefix, entity.next_number),
        source_key=f"bill/{new_id()}",
        title=title,
        issued_date=issued,
        due_date=None if history else due_date or numbering.due_date_of(issued),
        payer_name=issuing.payer_of(decisions),
        claim_number=next((d.claim_number for d in decisions.values()), ""),
        history=history,
    )
    entity.next_number = numbering.serial_after(
        entity.number_prefix, heading.number, entity.next_number
    )
    entity.save(update_fields=["next_number"])
    bill = issuing.issue(
        heading,
        issuing.billed(charges, decisions, help_given or {}),
        decided=bool(decisions),
        at=call.now,
    )
    _store([bill], at=call.now)
    _mark(call.scope, charges, ChargeStage.HISTORY if history else ChargeStage.BILLED)
    call.emit(BillPublished(patient_id=bill.bill.patient_id, bill_id=bill.bill.pk))
    return bill.bill.pk


@action(Permission.BILLS_PUBLISH)
def correct_bill(
    call: Call,
    *,
    bill_id: UUID,
    reason: str,
    charge_ids: Sequence[UUID] | None = None,
    due_date: date | None = None,
    help_given: Mapping[UUID, Money] | None = None,
) -> UUID:
    """Issue a new version of a bill from its charges as they stand now. Payments stay with their charges.

    The patient reads `reason`. Money paid for charges left out becomes credit. Help stays as it was
    unless `help_given` says otherwise.
    """
    old = Bill.objects.within(call.scope).filter(pk=bill_id).select_related("entity").first()
    if old is None:
        raise NoSuchBill
    lines = _lines(call.scope, [old])
    wanted = charge_ids if charge_ids is not None else [line.charge_id for line in lines]
    charges = _charges(call.scope, wanted)
    if Bill.objects.within(call.scope).filter(supersedes=old).exists():
        raise AlreadySuperseded
    decisions = _decisions(call.scope, charges)
    heading = Heading(
        number=old.number,
        source_key=old.source_key,
        title=old.title,
        issued_date=_today(),
        due_date=due_date or old.due_date,
        payer_name=issuing.payer_of(decisions),
        claim_number=next((d.claim_number for d in decisions.values()), ""),
        history=old.history,
        decided_date=old.decided_date,
        supersedes=old,
        correction_reason=reason,
        content_digest=old.content_digest,
    )
    if help_given is None:
        help_given = {line.charge_id: Money(line.help_minor, line.currency) for line in lines}
    billed = issuing.billed(charges, decisions, help_given)
    new = issuing.issue(heading, billed, decided=bool(decisions), at=call.now)
    _withdraw(call.scope, [old], keeping={c.pk for c in charges}, at=call.now)
    _store([new], at=call.now)
    _mark(call.scope, charges, ChargeStage.HISTORY if old.history else ChargeStage.BILLED)
    call.emit(BillCorrected(patient_id=old.patient_id, bill_id=new.bill.pk, superseded_id=old.pk))
    return new.bill.pk


@action(Permission.MACHINE_RUN)
def take_in_claims(
    call: Call, *, batch_id: UUID, patient_ids: Collection[UUID], open_since: date
) -> None:
    """Make charges, adjudications and bills of the claims an import brought for these people.

    Running it again changes nothing. Bills come from adjudicated lines. What was decided before `open_since`
    comes in closed, as history. A newer decision of a plan makes a new version of its bill. Claims without an
    explanation wait on insurance. Take a few people at a time: their claims are in memory together, and
    nobody else can write meanwhile.
    """
    scope = replace(call.scope, patient_ids=frozenset(patient_ids))
    stored = reader.resources_of_batch(batch_id, types=reading.TYPES, scope=scope)
    made = _take_in(call, list(stored), open_since)
    for issued in made.bills:
        _announce(call, issued.bill)
    if not made:
        call.unchanged("nothing new to bill")
        return
    history = sum(issued.bill.history for issued in made.bills)
    call.emit(
        ClaimsTakenIn(
            batch_id=batch_id,
            charges=len(made.new_charges) + len(made.changed_charges),
            bills=len(made.bills) - history,
            history=history,
            corrected=len(made.superseded),
            differences=len(made.differences),
        )
    )


def _today() -> date:
    return clock.today(ZoneInfo(settings.TIME_ZONE))


def _take_in(call: Call, portion: list[StoredResource], since: date) -> Plan:
    decoded = {stored.reference: reader.decode(stored.raw) for stored in portion}
    wanted = {ref for json in decoded.values() for ref in claims.references_of(json)}
    named = reader.named(call.scope, wanted - decoded.keys())
    decoded |= {ref: reader.decode(one.raw) for ref, one in named.items() if one.patient_id}
    read = reading.read_portion(portion, decoded, settings.PORTICO_CURRENCY)
    answered = _answered(call.scope, [claim for claim in read if not claim.facts.decided])
    read = [
        claim for claim in read if claim.facts.decided or claim.facts.source_key not in answered
    ]
    standing = _standing(call.scope, read, {ref: stored.display for ref, stored in named.items()})
    made = planning.plan(read, standing, since=since, today=_today(), at=call.now)
    made.differences = _untold(call.scope, made.differences)
    _write(call, made, standing)
    return made


def _untold(scope: Scope, differences: list[ImportDifference]) -> list[ImportDifference]:
    keys = {difference.source_key for difference in differences}
    rows = ImportDifference.objects.within(scope).filter(source_key__in=keys)
    told = set(rows.values_list("source_key", "kind", "line"))
    return [d for d in differences if (d.source_key, d.kind, d.line) not in told]


def _answered(scope: Scope, waiting: list[PatientClaim]) -> set[str]:
    """Claims whose explanation came earlier and decided nothing: they do not wait any more."""
    keys = [claim.facts.source_key for claim in waiting]
    return set(
        ImportDifference.objects.within(scope)
        .filter(kind="no_adjudicated_line", source_key__in=keys)
        .values_list("source_key", flat=True)
    )


def _standing(scope: Scope, read: list[PatientClaim], names: Mapping[str, str]) -> Standing:
    currencies = {claim.facts.currency for claim in read if claim.facts.lines}
    entities = {currency: _entity_for(scope, currency) for currency in sorted(currencies)}
    ids = [entity.pk for entity in entities.values()]
    keys = planning.charge_keys(read)
    charges = Charge.objects.within(scope).filter(entity_id__in=ids, source_key__in=keys)
    helped = BillLine.objects.within(scope).filter(
        charge__source_key__in=keys, help_minor__gt=0, bill__superseded_by=None
    )
    bills = Bill.objects.within(scope).filter(
        entity_id__in=ids,
        source_key__in=[claim.facts.bill_key for claim in read],
        superseded_by=None,
    )
    return Standing(
        entities={
            currency: _locked_entity(scope, entity.pk) for currency, entity in entities.items()
        },
        charges={(charge.entity_id, charge.source_key): charge for charge in charges},
        bills={(bill.entity_id, bill.source_key): bill for bill in bills},
        provider_names=names,
        help_given=dict(helped.values_list("charge_id", "help_minor")),
    )


def _write(call: Call, made: Plan, standing: Standing) -> None:
    Charge.objects.bulk_create(made.new_charges)
    if made.changed_charges:
        Charge.objects.within(call.scope).bulk_update(
            made.changed_charges, planning.CHANGEABLE, batch_size=100
        )
    decided = [decision.charge_id for decision in made.adjudications]
    Adjudication.objects.within(call.scope).filter(charge_id__in=decided, current=True).update(
        current=False
    )
    Adjudication.objects.bulk_create(made.adjudications)
    kept = {line.charge_id for issued in made.bills for line in issued.lines}
    _withdraw(call.scope, made.superseded, keeping=kept, at=call.now)
    _store(made.bills, at=call.now)
    ImportDifference.objects.bulk_create(made.differences, ignore_conflicts=True)
    for entity in standing.entities.values():
        entity.save(update_fields=["next_number"])


def _announce(call: Call, bill: Bill) -> None:
    """History is nobody's news."""
    if bill.supersedes_id:
        call.emit(
            BillCorrected(
                patient_id=bill.patient_id, bill_id=bill.pk, superseded_id=bill.supersedes_id
            )
        )
    elif not bill.history:
        call.emit(BillPublished(patient_id=bill.patient_id, bill_id=bill.pk))


def _store(issued: Sequence[IssuedBill], *, at: datetime) -> None:
    """Lines, then bills, then their postings: a few statements for any number of bills."""
    BillLine.objects.bulk_create([line for one in issued for line in one.lines])
    Bill.objects.bulk_create([one.bill for one in issued])
    book.post_many((draft for one in issued for draft in one.postings), at=at)


def _withdraw(
    scope: Scope, bills: Sequence[Bill], *, keeping: Collection[UUID], at: datetime
) -> None:
    """Take back what superseded bills booked; what was paid for charges no longer billed becomes credit."""
    if not bills:
        return
    lines = _lines(scope, bills)
    posted = book.find_postings("bill-line", [line.pk for line in lines])
    book.post_many(issuing.taken_back(posted), at=at)
    dropped = [line for line in lines if line.charge_id not in keeping]
    left = balances.receivables([line.charge_id for line in dropped])
    for line in dropped:
        owed = left[line.charge_id].owed if line.charge_id in left else None
        if owed is not None and owed.minor < 0:
            whose = recipes.Whose(line.patient_id, line.charge.entity_id)
            book.post(recipes.overpaid_to_credit(line.pk, {line.charge_id: -owed}, whose), at=at)
    _mark(scope, [line.charge for line in dropped], ChargeStage.WITHDRAWN)


def _mark(scope: Scope, charges: Iterable[Charge], stage: ChargeStage) -> None:
    ids = [charge.pk for charge in charges]
    Charge.objects.within(scope).filter(pk__in=ids).update(stage=stage)


def _lines(scope: Scope, bills: Iterable[Bill]) -> list[BillLine]:
    rows = BillLine.objects.within(scope).filter(bill__in=[b.pk for b in bills])
    return list(rows.select_related("charge"))


def _charges(scope: Scope, charge_ids: Sequence[UUID]) -> list[Charge]:
    """The charges in the order asked for, held until the verb ends: nobody else bills them."""
    rows = Charge.objects.within(scope).filter(pk__in=list(charge_ids)).order_by("pk")
    found = {charge.pk: charge for charge in rows.select_for_update()}
    if not charge_ids:
        raise issuing.EmptyBill
    if len(found) != len(set(charge_ids)):
        raise ChargeNotThere
    return [found[charge_id] for charge_id in charge_ids]


def _decisions(scope: Scope, charges: Sequence[Charge]) -> dict[UUID, Adjudication]:
    rows = Adjudication.objects.within(scope).filter(charge__in=charges, current=True)
    return {row.charge_id: row for row in rows}


def _entity_for(scope: Scope, currency: str, entity_id: UUID | None = None) -> BillingEntity:
    """The entity named, else the organisation itself in that currency, made on first need."""
    entities = BillingEntity.objects.within(scope)
    if entity_id:
        return entities.get(pk=entity_id)
    code = "main" if currency == settings.PORTICO_CURRENCY else f"main-{currency.lower()}"
    found = entities.filter(code=code).first()
    if found is None:
        found = issuing.new_entity(code, currency, settings)
        found.save(force_insert=True)
    return found


def _locked_entity(scope: Scope, entity_id: UUID) -> BillingEntity:
    """The entity with its counter held until the verb ends, so that no number is given twice."""
    return BillingEntity.objects.within(scope).select_for_update().get(pk=entity_id)
