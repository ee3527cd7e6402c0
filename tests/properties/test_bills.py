"""Whatever is paid, decided anew, corrected, refunded and dropped, a bill adds up and agrees with the ledger."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portico.domain.billing import actions, queries
from portico.ledger import book, recipes, verification
from portico.ledger.recipes import Whose
from portico.platform.gate.calls import system_call
from portico.platform.identity.models import Person
from portico.platform.kernel import clock
from portico.platform.kernel.call import Call
from portico.platform.kernel.ids import new_id
from tests.factories import billing
from tests.factories.billing import usd

pytestmark = pytest.mark.django_db
steps = st.lists(
    st.tuples(
        st.sampled_from(["pay", "refund", "decide", "help", "drop"]),
        st.integers(0, 2),
        st.integers(1, 9000),
    ),
    max_size=6,
)


def patient_call(person_id: UUID) -> Call:
    return system_call("test", patient_id=person_id)


def do(step: tuple[str, int, int], bill_id: UUID, call: Call) -> UUID:
    """One thing happens to a line of the bill in force. Gives the bill in force afterwards."""
    what, which, cents = step
    bill = queries.get_bill(call, bill_id=bill_id)
    line = bill.lines[which % len(bill.lines)]
    whose, now = Whose(bill.patient_id, bill.entity.entity_id), clock.now()
    if what == "pay":
        book.post(
            recipes.payment_captured(f"ch_{new_id()}", {line.charge_id: usd(cents)}, whose), at=now
        )
    elif what == "refund" and line.paid.minor > 0:
        back = usd(min(cents, line.paid.minor))
        book.post(recipes.refund_settled(f"re_{new_id()}", {line.charge_id: back}, whose), at=now)
    elif what == "decide":
        left = (line.charge - line.discount).minor
        paid = cents % (left + 1)
        actions.adjudicate(
            call,
            charge_id=line.charge_id,
            payer_name="Bayview Health",
            decided_date=date(2026, 3, 5),
            discount=line.discount,
            plan_paid=usd(paid),
            coinsurance=usd(left - paid),
        )
        return actions.correct_bill(call, bill_id=bill_id, reason="The plan decided anew.")
    elif what == "help":
        share = (line.charge - line.discount - line.plan_paid).minor
        gift = {line.charge_id: usd(cents % (share + 1))}
        return actions.correct_bill(call, bill_id=bill_id, reason="Help.", help_given=gift)
    elif what == "drop" and len(bill.lines) > 1:
        kept = [ln.charge_id for ln in bill.lines if ln is not line]
        return actions.correct_bill(call, bill_id=bill_id, reason="Not yours.", charge_ids=kept)
    return bill_id


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_a_bill_adds_up_after_anything(db: None, happened: list[tuple[str, int, int]]) -> None:
    call = patient_call(Person.objects.create().pk)
    assert call.patient_id is not None
    bill_id = billing.rosas_bill(call.patient_id, number=f"HS-{new_id()}")
    for step in happened:
        bill_id = do(step, bill_id, call)
        bill = queries.get_bill(call, bill_id=bill_id)
        for line in bill.lines:
            left = line.charge + line.tax - line.discount - line.plan_paid - line.help - line.paid
            assert left == line.owed
        assert bill.steps[-1].amount == bill.owed
        payable = queries.get_payable(call, bill_id=bill_id)
        assert payable.owed.minor == sum(max(ln.owed.minor, 0) for ln in bill.lines)
        listed = queries.list_bills(call)
        (summary,) = (b for b in listed.to_pay + listed.settled if b.bill_id == bill_id)
        assert (summary.owed, summary.status) == (bill.owed, bill.status)
    assert queries.list_problems(system_call("verify")) == []
    assert verification.problems() == []
