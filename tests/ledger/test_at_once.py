"""Two hands at once: real commits, real threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import connection, transaction

from portico.domain.billing import actions, queries
from portico.ledger import balances, book, recipes, verification
from portico.ledger.recipes import Whose
from portico.platform.gate.calls import system_call
from portico.platform.kernel import writers
from portico.platform.kernel.money import Money
from tests.factories import billing
from tests.factories.cast import Cast

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HANDS = 4


def at_once(act: Callable[[int], object]) -> list[object]:
    """What each of four threads, let loose together, came to: its result or its exception."""
    barrier = threading.Barrier(HANDS)
    results: list[object] = [None] * HANDS

    def run(number: int) -> None:
        barrier.wait(timeout=30)
        try:
            results[number] = act(number)
        except Exception as problem:
            results[number] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def test_one_gateway_charge_told_four_times_at_once_is_booked_once(committing: None) -> None:
    draft = recipes.unplaced_money("ch_1", Money(4000, "USD"), Whose())

    def tell(_number: int) -> object:
        with writers.turn(), transaction.atomic():
            return book.post(draft, at=NOON)

    results = at_once(tell)
    refused = [r for r in results if isinstance(r, book.AlreadyPosted)]
    assert len(refused) == HANDS - 1, results
    assert balances.balances()["gateway_clearing", "USD"] == Money(4000, "USD")
    assert verification.problems() == []


def test_four_bills_published_at_once_get_four_numbers(committing: None, cast: Cast) -> None:
    charges = [
        billing.insured_charge(cast.rosa.person_id, billing.VISIT, f"Visit {n}", "visit")
        for n in range(HANDS)
    ]
    results = at_once(lambda n: actions.publish_bill(system_call("test"), charge_ids=[charges[n]]))
    numbers = sorted(bill.number for bill in queries.list_bills(cast.rosa.call()).to_pay)
    assert numbers == ["HS-1001", "HS-1002", "HS-1003", "HS-1004"], results
    assert queries.list_problems(system_call("verify")) == []


def test_one_charge_billed_four_times_at_once_is_billed_once(committing: None, cast: Cast) -> None:
    charge = billing.insured_charge(cast.rosa.person_id, billing.VISIT, "Office visit", "visit")
    results = at_once(lambda _n: actions.publish_bill(system_call("test"), charge_ids=[charge]))
    refused = [r for r in results if isinstance(r, actions.AlreadyBilled)]
    assert len(refused) == HANDS - 1, results
    assert len(queries.list_bills(cast.rosa.call()).to_pay) == 1
