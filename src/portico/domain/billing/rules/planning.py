"""From what claims say and what already stands to what must be written. Unsaved rows; no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from portico.domain.billing.models import (
    Adjudication,
    Bill,
    BillingEntity,
    Charge,
    ImportDifference,
)
from portico.domain.billing.rules import issuing, numbering
from portico.domain.billing.rules.amounts import SHARES, LineAmounts
from portico.domain.billing.rules.claims import ChargeFacts, ClaimFacts, Difference
from portico.domain.billing.rules.issuing import Heading, IssuedBill
from portico.domain.billing.states import ChargeStage
from portico.platform.kernel.errors import Refused

_CHARGE_FIELDS = (
    "stage",
    "description",
    "kind",
    "code",
    "code_system",
    "service_date",
    "provider_name",
    "payer_name",
    "chart_reference",
    "price_minor",
    "tax_minor",
    "discount_minor",
)
CHANGEABLE = list(_CHARGE_FIELDS)


@dataclass(frozen=True, slots=True)
class PatientClaim:
    """A claim of one patient, read."""

    patient_id: UUID
    facts: ClaimFacts


@dataclass(slots=True)
class Standing:
    """What the database holds for the keys of a portion of claims."""

    entities: dict[str, BillingEntity]  # by currency
    charges: dict[tuple[UUID, str], Charge]  # by entity and source key
    bills: dict[tuple[UUID, str], Bill]  # the version in force, by entity and source key
    provider_names: Mapping[str, str]
    help_given: Mapping[UUID, int]  # by charge, on bills in force


@dataclass(slots=True)
class Plan:
    """What to write for a portion of claims, in bulk."""

    new_charges: list[Charge] = field(default_factory=list)
    changed_charges: list[Charge] = field(default_factory=list)
    adjudications: list[Adjudication] = field(default_factory=list)
    bills: list[IssuedBill] = field(default_factory=list)
    superseded: list[Bill] = field(default_factory=list)
    differences: list[ImportDifference] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new_charges or self.changed_charges or self.bills or self.differences)


def plan(
    claims: Iterable[PatientClaim], standing: Standing, *, since: date, today: date, at: datetime
) -> Plan:
    """What a portion of claims changes. The same claims over their own result change nothing."""
    made = Plan()
    for claim in claims:
        made.differences += _differences(claim, at)
        if not claim.facts.lines:
            continue
        entity = standing.entities[claim.facts.currency]
        if not claim.facts.decided:
            _wait(made, claim, entity, standing, since)
            continue
        try:
            _bill(made, claim, entity, standing, since, today, at)
        except Refused:  # what stands contradicts what came: staff must look, others go on
            kind = Difference(claim.facts.source_key, "unusable", currency=claim.facts.currency)
            told = replace(claim.facts, differences=(kind,))
            made.differences += _differences(PatientClaim(claim.patient_id, told), at)
    return made


def charge_keys(claims: Iterable[PatientClaim]) -> list[str]:
    """The source keys of all charges that the claims speak of."""
    return [line.source_key for claim in claims for line in claim.facts.lines]


def _wait(
    made: Plan, claim: PatientClaim, entity: BillingEntity, standing: Standing, since: date
) -> None:
    """Charges that a plan has not answered. One that is billed already was answered after all."""
    old = claim.facts.decided_date < since
    stage = ChargeStage.HISTORY if old else ChargeStage.WAITING
    for line in claim.facts.lines:
        there = standing.charges.get((entity.pk, line.source_key))
        if there is None or there.stage == ChargeStage.WAITING:
            _charge(made, claim, line, entity, standing, stage)


def _bill(
    made: Plan,
    claim: PatientClaim,
    entity: BillingEntity,
    standing: Standing,
    since: date,
    today: date,
    at: datetime,
) -> None:
    facts = claim.facts
    old = standing.bills.get((entity.pk, facts.bill_key))
    if old and old.decided_date and facts.decided_date < old.decided_date:
        return  # an earlier decision that came later
    if old and old.content_digest == issuing.content_of((ln, ln.amounts) for ln in facts.lines):
        return  # nothing new; what people corrected since stays
    history = old.history if old else facts.decided_date < since
    stage = ChargeStage.HISTORY if history else ChargeStage.BILLED
    billed = []
    for line in facts.lines:
        charge = _charge(made, claim, line, entity, standing, stage)
        helped = min(standing.help_given.get(charge.pk, 0), max(line.amounts.owed, 0))
        billed.append((charge, replace(line.amounts, help=helped)))
    if facts.has_insurer:
        made.adjudications += [_adjudication(claim, charge, line, at) for charge, line in billed]
    issued_date = facts.decided_date if history else today
    heading = Heading(
        number=old.number if old else numbering.number_of(entity.number_prefix, entity.next_number),
        source_key=facts.bill_key,
        issued_date=issued_date,
        title=facts.title,
        decided_date=facts.decided_date,
        due_date=None if history else numbering.due_date_of(issued_date),
        payer_name=facts.payer_name,
        claim_number=facts.claim_number,
        history=history,
        supersedes=old,
        correction_reason="plan_changed" if old else "",
    )
    if old:
        made.superseded.append(old)
    else:
        entity.next_number += 1
    bill = issuing.issue(heading, billed, decided=facts.has_insurer, at=at)
    made.bills.append(bill)
    standing.bills[entity.pk, facts.bill_key] = bill.bill


def _charge(
    made: Plan,
    claim: PatientClaim,
    line: ChargeFacts,
    entity: BillingEntity,
    standing: Standing,
    stage: ChargeStage,
) -> Charge:
    values = {
        "stage": stage,
        "description": line.description,
        "kind": line.kind,
        "code": line.code,
        "code_system": line.code_system,
        "service_date": line.service_date,
        "provider_name": standing.provider_names.get(line.provider_reference, "")[:200],
        "payer_name": claim.facts.payer_name,
        "chart_reference": line.chart_reference,
        "price_minor": line.amounts.price,
        "tax_minor": line.amounts.tax,
        "discount_minor": 0 if claim.facts.has_insurer else line.amounts.discount,
    }
    there = standing.charges.get((entity.pk, line.source_key))
    if there is None:
        there = Charge(
            entity=entity,
            patient_id=claim.patient_id,
            source_key=line.source_key,
            currency=claim.facts.currency,
            **values,
        )
        standing.charges[entity.pk, line.source_key] = there
        made.new_charges.append(there)
    elif any(getattr(there, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(there, name, value)
        if there not in made.new_charges:
            made.changed_charges.append(there)
    return there


def _adjudication(
    claim: PatientClaim, charge: Charge, line: LineAmounts, at: datetime
) -> Adjudication:
    return Adjudication(
        charge=charge,
        patient_id=claim.patient_id,
        payer_name=claim.facts.payer_name,
        claim_number=claim.facts.claim_number,
        source_key=claim.facts.source_key,
        currency=claim.facts.currency,
        discount_minor=line.discount,
        plan_paid_minor=line.plan_paid,
        decided_date=claim.facts.decided_date,
        entered_at=at,
        **{f"{name}_minor": getattr(line, name) for name in SHARES},
    )


def _differences(claim: PatientClaim, at: datetime) -> list[ImportDifference]:
    return [
        ImportDifference(
            patient_id=claim.patient_id,
            source_key=difference.source_key,
            kind=difference.kind,
            line=difference.line,
            stated_minor=difference.stated_minor,
            found_minor=difference.found_minor,
            currency=difference.currency or claim.facts.currency,
            noted_at=at,
        )
        for difference in claim.facts.differences
    ]
