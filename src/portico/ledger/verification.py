"""Proof that the ledger is what it promises to be, for `portico verify`. Reads only."""

from __future__ import annotations

from django.db import connection

from portico.ledger import balances
from portico.ledger.accounts import CHART
from portico.ledger.accounts import AccountCode as A
from portico.ledger.models import Account

TRIGGERS: dict[str, frozenset[str]] = {
    "sqlite": frozenset(
        {
            "ledger_posting_balances",
            "ledger_entry_before_its_posting",
            "ledger_entry_no_update",
            "ledger_entry_no_delete",
            "ledger_posting_no_update",
            "ledger_posting_no_delete",
            "ledger_account_no_update",
            "ledger_account_no_delete",
        }
    ),
    "postgresql": frozenset(
        {
            "ledger_posting_balances",
            "ledger_entry_before_its_posting",
            "ledger_entry_balances",
            "ledger_entry_frozen",
            "ledger_entry_no_truncate",
            "ledger_posting_frozen",
            "ledger_posting_no_truncate",
            "ledger_account_frozen",
        }
    ),
}
_NET = "sum(CASE direction WHEN 'debit' THEN amount_minor ELSE -amount_minor END)"
# Accounts that hold somebody else's money or money held back: below nothing they would be an invention.
_NEVER_BELOW_ZERO = {A.SUSPENSE: -1, A.DISPUTED_FUNDS: 1, A.TAX_PAYABLE: -1, A.INSURER_CASH: 1}


def problems() -> list[str]:
    """Everything wrong with the ledger, in words; empty when all is well."""
    return [
        *missing_triggers(TRIGGERS[connection.vendor]),
        *_wrong_chart(),
        *_broken_keys(),
        *_unbalanced_postings(),
        *_unbalanced_books(),
        *_unbalanced_charges(),
        *_impossible_balances(),
    ]


def missing_triggers(expected: frozenset[str]) -> list[str]:
    """Which of these triggers do not stand, or are switched off, in this database."""
    if connection.vendor == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    standing = {str(row[0]) for row in _rows(sql)}
    return [f"The trigger {name} is missing." for name in sorted(expected - standing)]


def _wrong_chart() -> list[str]:
    there = set(Account.objects.values_list("code", flat=True))
    return [f"The account {row.code} is missing." for row in CHART if row.code not in there]


def _broken_keys() -> list[str]:
    orphans = _rows(
        "SELECT DISTINCT e.posting_id FROM ledger_entry e"
        " LEFT JOIN ledger_posting p ON p.id = e.posting_id WHERE p.id IS NULL"
    )
    found = [f"Entries stand without their posting {row[0]}." for row in orphans]
    if connection.vendor == "sqlite":
        for table in ("ledger_entry", "ledger_posting"):
            broken = [
                r for r in _rows(f"PRAGMA foreign_key_check({table})") if r[2] != "ledger_posting"
            ]
            found += [f"Row {row[1]} of {table} names a missing row of {row[2]}." for row in broken]
    return found


def _unbalanced_postings() -> list[str]:
    empty = _rows(
        "SELECT p.id FROM ledger_posting p"
        " WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.posting_id = p.id)"
    )
    uneven = _rows(
        "SELECT posting_id, currency FROM ledger_entry"
        f" GROUP BY posting_id, currency HAVING {_NET} <> 0"
    )
    return [
        *(f"The posting {row[0]} has no entries." for row in empty),
        *(f"Debits and credits of the posting {row[0]} differ in {row[1]}." for row in uneven),
    ]


def _unbalanced_books() -> list[str]:
    return [
        f"The trial balance is off by {total}."
        for total in balances.trial_balance().values()
        if total
    ]


def _unbalanced_charges() -> list[str]:
    rows = _rows(
        "SELECT charge_id, currency FROM ledger_entry WHERE charge_id IS NOT NULL"
        f" GROUP BY charge_id, currency HAVING {_NET} <> 0"
    )
    mixed = _rows(
        "SELECT charge_id FROM ledger_entry WHERE charge_id IS NOT NULL"
        " GROUP BY charge_id HAVING count(DISTINCT currency) > 1"
    )
    return [
        *(f"The entries of charge {row[0]} do not add up in {row[1]}." for row in rows),
        *(f"The entries of charge {row[0]} mix currencies." for row in mixed),
    ]


def _impossible_balances() -> list[str]:
    found = [
        f"{account} stands at {total}, which cannot be."
        for (account, _currency), total in balances.balances().items()
        if account in _NEVER_BELOW_ZERO and total.minor * _NEVER_BELOW_ZERO[A(account)] < 0
    ]
    overdrawn = _rows(
        "SELECT patient_id, currency FROM ledger_entry WHERE account_id = 'patient_credit'"
        f" GROUP BY patient_id, currency HAVING {_NET} > 0"
    )
    found += [f"More credit was used than patient {row[0]} has in {row[1]}." for row in overdrawn]
    return found


def _rows(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
