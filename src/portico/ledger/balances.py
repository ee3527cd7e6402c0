"""What the entries add up to. Balances are never stored; each is a query over sealed postings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, F, QuerySet, Sum, When

from portico.ledger.accounts import AccountCode as A
from portico.ledger.models import Entry
from portico.platform.kernel.money import Money

_ON_THE_WAY_TO_OWED = {
    A.PATIENT_RECEIVABLE: "owed",
    A.VISIT_INCOME: "charged",
    A.TAX_PAYABLE: "tax",
    A.CONTRACTUAL_ADJUSTMENT: "discount",
    A.SELF_PAY_DISCOUNT: "discount",
    A.INSURER_CASH: "plan_paid",
    A.FINANCIAL_HELP: "help",
    A.WRITE_OFF: "written_off",
}


@dataclass(frozen=True, slots=True)
class Receivable:
    """How a charge came to be owed. charged + tax - discount - plan_paid - help - written_off - paid = owed.

    `paid` is what the patient's own money (card, desk, credit) covers at this time. `owed` below zero means
    that we owe the patient.
    """

    charged: Money
    tax: Money
    discount: Money
    plan_paid: Money
    help: Money
    paid: Money
    written_off: Money
    owed: Money


def receivables(charge_ids: Iterable[UUID]) -> dict[UUID, Receivable]:
    """Each charge that has postings, by id. One query for any number of charges."""
    rows = (
        _sealed()
        .filter(charge_id__in=list(charge_ids))
        .values_list("charge_id", "account_id", "currency")
        .annotate(net=_NET)
    )
    return fold(rows)


def fold(rows: Iterable[tuple[UUID, str, str, int]]) -> dict[UUID, Receivable]:
    """Net debits by (charge, account, currency) as receivables. Pure."""
    sums: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    currencies: dict[UUID, str] = {}
    for charge_id, account, currency, net in rows:
        currencies[charge_id] = currency
        sums[charge_id][_ON_THE_WAY_TO_OWED.get(A(account), "paid")] += net
    return {charge_id: _receivable(s, currencies[charge_id]) for charge_id, s in sums.items()}


def credit_of(patient_ids: Iterable[UUID], currency: str) -> Money:
    """What we owe these ids of one person, beyond any charge."""
    rows = _sealed().filter(
        account_id=A.PATIENT_CREDIT, patient_id__in=list(patient_ids), currency=currency
    )
    return Money(-(rows.aggregate(net=_NET)["net"] or 0), currency)


def balances() -> dict[tuple[str, str], Money]:
    """Each account's net debit by (account, currency). Accounts that grow on the credit side are negative."""
    rows = _sealed().values_list("account_id", "currency").annotate(net=_NET)
    return {(account, currency): Money(net, currency) for account, currency, net in rows}


def trial_balance() -> dict[str, Money]:
    """The sum over all accounts by currency. Zero, always."""
    rows = _sealed().values_list("currency").annotate(net=_NET)
    return {currency: Money(net, currency) for currency, net in rows}


_NET = Sum(Case(When(direction="debit", then=F("amount_minor")), default=-F("amount_minor")))


def _sealed() -> QuerySet[Entry]:
    """Entries whose posting stands. The join matters where foreign keys were switched off (SQLite shell)."""
    return Entry.objects.filter(posting__posted_at__isnull=False).order_by()


def _receivable(sums: dict[str, int], currency: str) -> Receivable:
    def money(name: str, sign: int = 1) -> Money:
        return Money(sign * sums.get(name, 0), currency)

    return Receivable(
        charged=money("charged", -1),
        tax=money("tax", -1),
        discount=money("discount"),
        plan_paid=money("plan_paid"),
        help=money("help"),
        paid=money("paid"),
        written_off=money("written_off"),
        owed=money("owed"),
    )
