"""Charges and bills for tests, made by the verbs of billing."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from portico.domain.billing import actions
from portico.platform.gate.calls import system_call
from portico.platform.kernel.money import Money

VISIT = (24000, 8400, 13100, {"copay": 2500})
TEST = (9600, 5440, 0, {"deductible": 4160})
REFILL = (15000, 6000, 1400, {"deductible": 7250, "coinsurance": 350})
DAY = date(2026, 2, 14)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def insured_charge(
    patient_id: UUID, what: tuple[int, int, int, dict[str, int]], description: str, kind: str
) -> UUID:
    """A charge that a plan has decided: (price, discount, plan paid, shares) in cents."""
    price, discount, plan_paid, shares = what
    charge_id = actions.record_charge(
        system_call("test"),
        patient_id=patient_id,
        description=description,
        kind=kind,
        price=usd(price),
        service_date=DAY,
        provider_name="Dr. Ada Okafor",
    )
    actions.adjudicate(
        system_call("test"),
        charge_id=charge_id,
        payer_name="Bayview Health",
        claim_number="88-1027-5",
        decided_date=date(2026, 2, 28),
        discount=usd(discount),
        plan_paid=usd(plan_paid),
        **{name: usd(minor) for name, minor in shares.items()},
    )
    return charge_id


def rosas_bill(patient_id: UUID, *, number: str = "HS-20418", due_date: date | None = None) -> UUID:
    """The bill of the demonstration: 486.00 charged, 142.60 owed on three lines."""
    charges = [
        insured_charge(patient_id, VISIT, "Office visit, 25 minutes", "visit"),
        insured_charge(patient_id, TEST, "Blood test: cholesterol", "test"),
        insured_charge(patient_id, REFILL, "Refill: atorvastatin 20 mg, 30 tablets", "medicine"),
    ]
    return actions.publish_bill(
        system_call("test"),
        charge_ids=charges,
        number=number,
        issued_date=date(2026, 3, 1),
        due_date=due_date or date(2026, 4, 1),
    )


def self_pay_bill(patient_id: UUID, *, price: int = 20000, discount: int = 4000) -> UUID:
    """A bill without a plan: one visit."""
    charge_id = actions.record_charge(
        system_call("test"),
        patient_id=patient_id,
        description="Office visit, 25 minutes",
        kind="visit",
        price=usd(price),
        discount=usd(discount),
        service_date=DAY,
    )
    return actions.publish_bill(
        system_call("test"), charge_ids=[charge_id], issued_date=date(2026, 3, 1)
    )
