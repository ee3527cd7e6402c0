"""From a business fact to the entries that say it. Pure: nothing here reads or writes the database.

A draft's entries balance per currency, and per charge as well: whatever leaves a charge's receivable
names the same charge on the other side, so that one query can say how a charge came to be owed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from portico.ledger.accounts import AccountCode as A
from portico.platform.kernel.money import Money

DEBIT, CREDIT = "debit", "credit"


class Unbalanced(ValueError):
    """A draft whose debits and credits differ, as a whole or for one charge."""


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """One leg. The amount is positive; the direction says which way."""

    account: str
    direction: str
    amount: Money
    patient_id: UUID | None = None
    charge_id: UUID | None = None
    entity_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PostingDraft:
    """What `book.post` books. (source_kind, source_id, recipe) can be booked once, ever."""

    source_kind: str
    source_id: str
    recipe: str
    entries: tuple[EntryDraft, ...]
    reverses_id: UUID | None = None

    def __post_init__(self) -> None:
        if not self.entries:
            raise Unbalanced("A posting needs entries")
        sums: dict[tuple[str, UUID | None], int] = defaultdict(int)
        for entry in self.entries:
            if entry.amount.minor <= 0:
                raise Unbalanced("An entry's amount is positive")
            signed = entry.amount.minor if entry.direction == DEBIT else -entry.amount.minor
            sums[(entry.amount.currency, entry.charge_id)] += signed
        if any(sums.values()):
            raise Unbalanced(f"{self.recipe}: debits and credits differ")


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a fact concerns: the patient, the billing entity and, where it is about one, the charge."""

    patient_id: UUID | None = None
    entity_id: UUID | None = None
    charge_id: UUID | None = None


def _move(debit: str, credit: str, amount: Money, whose: Whose) -> tuple[EntryDraft, ...]:
    if not amount:
        return ()
    named = (whose.patient_id, whose.charge_id, whose.entity_id)
    return (EntryDraft(debit, DEBIT, amount, *named), EntryDraft(credit, CREDIT, amount, *named))


def _draft(kind: str, source_id: object, recipe: str, *moves: Iterable[EntryDraft]) -> PostingDraft:
    return PostingDraft(kind, str(source_id), recipe, tuple(e for move in moves for e in move))


def _each(
    debit: str, credit: str, allocations: Mapping[UUID, Money], whose: Whose
) -> tuple[EntryDraft, ...]:
    """One pair of legs a charge."""
    return tuple(
        leg
        for charge_id, amount in allocations.items()
        for leg in _move(debit, credit, amount, replace(whose, charge_id=charge_id))
    )


# --- what was done, and what others take off it: the source is the bill's line -----------------


def charge_issued(
    line_id: UUID, price: Money, whose: Whose, *, tax: Money | None = None
) -> PostingDraft:
    """A charge stands on a published bill: the patient owes its price and the tax on it."""
    return _draft(
        "bill-line",
        line_id,
        "charge_issued",
        _move(A.PATIENT_RECEIVABLE, A.VISIT_INCOME, price, whose),
        _move(A.PATIENT_RECEIVABLE, A.TAX_PAYABLE, tax, whose) if tax else (),
    )


def insurer_adjusted(line_id: UUID, discount: Money, whose: Whose) -> PostingDraft:
    """The plan's set price is lower than ours: the difference is nobody's to pay."""
    legs = _move(A.CONTRACTUAL_ADJUSTMENT, A.PATIENT_RECEIVABLE, discount, whose)
    return _draft("bill-line", line_id, "insurer_adjusted", legs)


def insurer_paid(line_id: UUID, paid: Money, whose: Whose) -> PostingDraft:
    """The plan paid its part."""
    legs = _move(A.INSURER_CASH, A.PATIENT_RECEIVABLE, paid, whose)
    return _draft("bill-line", line_id, "insurer_paid", legs)


def self_pay_discounted(line_id: UUID, discount: Money, whose: Whose) -> PostingDraft:
    """We charge less to somebody who pays without a plan."""
    legs = _move(A.SELF_PAY_DISCOUNT, A.PATIENT_RECEIVABLE, discount, whose)
    return _draft("bill-line", line_id, "self_pay_discounted", legs)


def help_granted(source_id: UUID, help_given: Money, whose: Whose) -> PostingDraft:
    """Financial help pays part of a charge."""
    legs = _move(A.FINANCIAL_HELP, A.PATIENT_RECEIVABLE, help_given, whose)
    return _draft("bill-line", source_id, "help_granted", legs)


def written_off(decision_id: UUID, amount: Money, whose: Whose) -> PostingDraft:
    """We give up part of a charge. The source is the decision of the person who did."""
    legs = _move(A.WRITE_OFF, A.PATIENT_RECEIVABLE, amount, whose)
    return _draft("decision", decision_id, "written_off", legs)


# --- money that patients pay: the source is the gateway's charge or refund, never an event -----


def payment_captured(
    gateway_charge: str,
    allocations: Mapping[UUID, Money],
    whose: Whose,
    *,
    credit: Money | None = None,
    held_in: str = A.GATEWAY_CLEARING,
) -> PostingDraft:
    """The payer's money is with the provider: each charge is owed less; what is over becomes credit.

    `allocations` says how much goes to which charge. `held_in` is `cash_desk` for money taken by hand.
    """
    return _draft(
        "gateway-charge",
        gateway_charge,
        "payment_captured",
        _each(held_in, A.PATIENT_RECEIVABLE, allocations, whose),
        _move(held_in, A.PATIENT_CREDIT, credit, whose) if credit else (),
    )


def late_money(
    gateway_charge: str,
    allocations: Mapping[UUID, Money],
    whose: Whose,
    *,
    credit: Money | None = None,
) -> PostingDraft:
    """A success after we had called the attempt ended. It is money: to the bill, else to credit.

    It takes the place of `payment_captured` for the same gateway charge, so that the one excludes the other.
    """
    return payment_captured(gateway_charge, allocations, whose, credit=credit)


def unplaced_money(gateway_charge: str, amount: Money, whose: Whose) -> PostingDraft:
    """A charge found at the provider that belongs to no attempt of ours. It waits for a person.

    It, too, takes the place of `payment_captured`.
    """
    legs = _move(A.GATEWAY_CLEARING, A.SUSPENSE, amount, whose)
    return _draft("gateway-charge", gateway_charge, "payment_captured", legs)


def money_placed(
    gateway_charge: str,
    allocations: Mapping[UUID, Money],
    whose: Whose,
    *,
    credit: Money | None = None,
) -> PostingDraft:
    """A person has said where unplaced money belongs."""
    return _draft(
        "gateway-charge",
        gateway_charge,
        "money_placed",
        _each(A.SUSPENSE, A.PATIENT_RECEIVABLE, allocations, whose),
        _move(A.SUSPENSE, A.PATIENT_CREDIT, credit, whose) if credit else (),
    )


def payment_reversed(
    gateway_charge: str,
    allocations: Mapping[UUID, Money],
    whose: Whose,
    *,
    credit: Money | None = None,
    reverses_id: UUID | None = None,
) -> PostingDraft:
    """The bank took a payment back: the bill is open again. Amounts as they were captured."""
    draft = _draft(
        "gateway-charge",
        gateway_charge,
        "payment_reversed",
        _each(A.PATIENT_RECEIVABLE, A.GATEWAY_CLEARING, allocations, whose),
        _move(A.PATIENT_CREDIT, A.GATEWAY_CLEARING, credit, whose) if credit else (),
    )
    return replace(draft, reverses_id=reverses_id)


def fee_taken(gateway_charge: str, fee: Money, whose: Whose) -> PostingDraft:
    """The provider keeps its fee. It is ours to bear, never the patient's."""
    legs = _move(A.GATEWAY_FEES, A.GATEWAY_CLEARING, fee, replace(whose, charge_id=None))
    return _draft("gateway-charge", gateway_charge, "fee_taken", legs)


def payout_received(payout: str, amount: Money, whose: Whose) -> PostingDraft:
    """The provider sent what it held to our bank."""
    legs = _move(A.BANK, A.GATEWAY_CLEARING, amount, replace(whose, charge_id=None))
    return _draft("gateway-payout", payout, "payout_received", legs)


def refund_settled(
    gateway_refund: str,
    allocations: Mapping[UUID, Money],
    whose: Whose,
    *,
    credit: Money | None = None,
) -> PostingDraft:
    """Money went back to the payer, from charges (owed again unless something else lowers them) or credit."""
    return _draft(
        "gateway-refund",
        gateway_refund,
        "refund_settled",
        _each(A.PATIENT_RECEIVABLE, A.GATEWAY_CLEARING, allocations, whose),
        _move(A.PATIENT_CREDIT, A.GATEWAY_CLEARING, credit, whose) if credit else (),
    )


def credit_applied(
    decision_id: UUID, allocations: Mapping[UUID, Money], whose: Whose
) -> PostingDraft:
    """Credit of the patient pays charges."""
    legs = _each(A.PATIENT_CREDIT, A.PATIENT_RECEIVABLE, allocations, whose)
    return _draft("decision", decision_id, "credit_applied", legs)


def overpaid_to_credit(
    decision_id: UUID, allocations: Mapping[UUID, Money], whose: Whose
) -> PostingDraft:
    """A charge became smaller than what was paid for it: the difference becomes the patient's credit."""
    legs = _each(A.PATIENT_RECEIVABLE, A.PATIENT_CREDIT, allocations, whose)
    return _draft("decision", decision_id, "overpaid_to_credit", legs)


# --- disputes: the source is the provider's dispute ---------------------------------------------


def dispute_opened(dispute: str, amount: Money, whose: Whose) -> PostingDraft:
    """The payer's bank asks and the provider holds the money back. The patient owes nothing new."""
    legs = _move(A.DISPUTED_FUNDS, A.GATEWAY_CLEARING, amount, replace(whose, charge_id=None))
    return _draft("gateway-dispute", dispute, "dispute_opened", legs)


def dispute_won(dispute: str, amount: Money, whose: Whose) -> PostingDraft:
    """The bank found for us: the money is back with the provider."""
    legs = _move(A.GATEWAY_CLEARING, A.DISPUTED_FUNDS, amount, replace(whose, charge_id=None))
    return _draft("gateway-dispute", dispute, "dispute_won", legs)


def dispute_lost(
    dispute: str,
    allocations: Mapping[UUID, Money],
    whose: Whose,
    *,
    credit: Money | None = None,
) -> PostingDraft:
    """The bank found for the payer: the money is gone and the charges are owed again."""
    return _draft(
        "gateway-dispute",
        dispute,
        "dispute_lost",
        _each(A.PATIENT_RECEIVABLE, A.DISPUTED_FUNDS, allocations, whose),
        _move(A.PATIENT_CREDIT, A.DISPUTED_FUNDS, credit, whose) if credit else (),
    )


# --- corrections --------------------------------------------------------------------------------


def reversal(
    original: PostingDraft, original_id: UUID, *, source_kind: str, source_id: object, recipe: str
) -> PostingDraft:
    """The opposite of a posting that stands, leg for leg. The database lets each be reversed once."""
    legs = tuple(
        replace(e, direction=CREDIT if e.direction == DEBIT else DEBIT) for e in original.entries
    )
    return PostingDraft(source_kind, str(source_id), recipe, legs, original_id)
