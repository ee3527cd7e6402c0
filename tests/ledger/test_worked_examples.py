"""The ledger as a billing clerk reads it: a sentence, what was booked, and every balance after it.

Balances are in the account's own sense: `patient_receivable` 30.00 means that the patient owes 30.00,
`patient_credit` 5.00 that we owe the patient 5.00.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from portico.ledger import balances, book, recipes, verification
from portico.ledger.accounts import CHART
from portico.ledger.recipes import PostingDraft, Whose
from portico.platform.identity.models import Person
from portico.platform.kernel.ids import new_id
from portico.platform.kernel.money import Money

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 6, 12, tzinfo=UTC)
_SIGN = {str(row.code): 1 if row.normal == "debit" else -1 for row in CHART}


class Clerk:
    """Books facts about one patient's charges and reads the balances."""

    def __init__(self) -> None:
        patient = Person.objects.create()
        self.whose = Whose(patient_id=patient.pk, entity_id=new_id())
        self.visit, self.test, self.line = new_id(), new_id(), new_id()
        self.of_visit = Whose(patient.pk, self.whose.entity_id, self.visit)
        self.of_test = Whose(patient.pk, self.whose.entity_id, self.test)

    def books(self, draft: PostingDraft, **expected: str) -> None:
        """After the posting every balance that is not nothing is named in `expected`."""
        book.post(draft, at=NOON)
        found = {
            account: str(total.decimal * _SIGN[account])
            for (account, _currency), total in balances.balances().items()
            if total
        }
        assert found == expected
        assert verification.problems() == []
        assert not any(balances.trial_balance().values())

    def owes_for_visit(self) -> str:
        return str(balances.receivables([self.visit])[self.visit].owed.decimal)


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


def usd(text: str) -> Money:
    return Money.from_decimal(Decimal(text), "USD")


def test_rosas_visit_from_charge_to_payout_and_a_refund(clerk: Clerk) -> None:
    # The visit is charged.
    clerk.books(
        recipes.charge_issued(clerk.line, usd("120.00"), clerk.of_visit),
        patient_receivable="120.00",
        visit_income="120.00",
    )
    # The insurer allows 110.00.
    clerk.books(
        recipes.insurer_adjusted(clerk.line, usd("10.00"), clerk.of_visit),
        patient_receivable="110.00",
        visit_income="120.00",
        contractual_adjustment="10.00",
    )
    # The insurer pays 80.00.
    clerk.books(
        recipes.insurer_paid(clerk.line, usd("80.00"), clerk.of_visit),
        patient_receivable="30.00",
        visit_income="120.00",
        contractual_adjustment="10.00",
        insurer_cash="80.00",
    )
    assert clerk.owes_for_visit() == "30.00"
    # Rosa pays 30.00 by card.
    clerk.books(
        recipes.payment_captured("ch_1", {clerk.visit: usd("30.00")}, clerk.whose),
        visit_income="120.00",
        contractual_adjustment="10.00",
        insurer_cash="80.00",
        gateway_clearing="30.00",
    )
    assert clerk.owes_for_visit() == "0.00"
    # The gateway keeps 0.90.
    clerk.books(
        recipes.fee_taken("ch_1", usd("0.90"), clerk.whose),
        visit_income="120.00",
        contractual_adjustment="10.00",
        insurer_cash="80.00",
        gateway_clearing="29.10",
        gateway_fees="0.90",
    )
    # The payout arrives.
    clerk.books(
        recipes.payout_received("po_1", usd("29.10"), clerk.whose),
        visit_income="120.00",
        contractual_adjustment="10.00",
        insurer_cash="80.00",
        gateway_fees="0.90",
        bank="29.10",
    )
    # Rosa is given 10.00 back: the provider takes it from what it holds next.
    clerk.books(
        recipes.refund_settled("re_1", {clerk.visit: usd("10.00")}, clerk.whose),
        patient_receivable="10.00",
        visit_income="120.00",
        contractual_adjustment="10.00",
        insurer_cash="80.00",
        gateway_clearing="-10.00",
        gateway_fees="0.90",
        bank="29.10",
    )
    # A clerk objects: she owes 10.00 again. The refund was meant as a gift, so it is written off.
    assert clerk.owes_for_visit() == "10.00"
    clerk.books(
        recipes.written_off(new_id(), usd("10.00"), clerk.of_visit),
        visit_income="120.00",
        contractual_adjustment="10.00",
        insurer_cash="80.00",
        write_off="10.00",
        gateway_clearing="-10.00",
        gateway_fees="0.90",
        bank="29.10",
    )
    receivable = balances.receivables([clerk.visit])[clerk.visit]
    assert (receivable.charged, receivable.discount) == (usd("120.00"), usd("10.00"))
    assert (receivable.plan_paid, receivable.paid) == (usd("80.00"), usd("20.00"))
    assert (receivable.written_off, receivable.owed) == (usd("10.00"), usd("0.00"))


def test_sam_pays_without_a_plan_with_discount_tax_and_help(clerk: Clerk) -> None:
    # Sam's visit costs 200.00, and 10.00 of tax goes to the state.
    clerk.books(
        recipes.charge_issued(clerk.line, usd("200.00"), clerk.of_visit, tax=usd("10.00")),
        patient_receivable="210.00",
        visit_income="200.00",
        tax_payable="10.00",
    )
    # Without a plan Sam gets 40.00 off.
    clerk.books(
        recipes.self_pay_discounted(clerk.line, usd("40.00"), clerk.of_visit),
        patient_receivable="170.00",
        visit_income="200.00",
        tax_payable="10.00",
        self_pay_discount="40.00",
    )
    # Financial help pays 100.00.
    clerk.books(
        recipes.help_granted(clerk.line, usd("100.00"), clerk.of_visit),
        patient_receivable="70.00",
        visit_income="200.00",
        tax_payable="10.00",
        self_pay_discount="40.00",
        financial_help="100.00",
    )
    # Sam pays the rest in cash at the desk.
    clerk.books(
        recipes.payment_captured(
            "desk-1", {clerk.visit: usd("70.00")}, clerk.whose, held_in="cash_desk"
        ),
        visit_income="200.00",
        tax_payable="10.00",
        self_pay_discount="40.00",
        financial_help="100.00",
        cash_desk="70.00",
    )
    receivable = balances.receivables([clerk.visit])[clerk.visit]
    assert receivable.tax == usd("10.00")
    assert receivable.owed == usd("0.00")


def test_money_beyond_a_bill_becomes_credit_and_pays_the_next_one(clerk: Clerk) -> None:
    # The visit is charged at 50.00; 60.00 arrives for it.
    book.post(recipes.charge_issued(clerk.line, usd("50.00"), clerk.of_visit), at=NOON)
    clerk.books(
        recipes.payment_captured(
            "ch_1", {clerk.visit: usd("50.00")}, clerk.whose, credit=usd("10.00")
        ),
        visit_income="50.00",
        gateway_clearing="60.00",
        patient_credit="10.00",
    )
    assert clerk.whose.patient_id is not None
    assert balances.credit_of([clerk.whose.patient_id], "USD") == usd("10.00")
    # A test for 25.00 follows, and the credit is used for it.
    book.post(recipes.charge_issued(new_id(), usd("25.00"), clerk.of_test), at=NOON)
    clerk.books(
        recipes.credit_applied(new_id(), {clerk.test: usd("10.00")}, clerk.whose),
        patient_receivable="15.00",
        visit_income="75.00",
        gateway_clearing="60.00",
    )
    assert balances.receivables([clerk.test])[clerk.test].paid == usd("10.00")
    # Somebody uses the same credit again: the books show what cannot be.
    book.post(recipes.credit_applied(new_id(), {clerk.test: usd("15.00")}, clerk.whose), at=NOON)
    assert any("More credit was used" in problem for problem in verification.problems())


def test_a_bank_debit_that_bounces_opens_the_bill_again(clerk: Clerk) -> None:
    book.post(recipes.charge_issued(clerk.line, usd("50.00"), clerk.of_visit), at=NOON)
    paid = {clerk.visit: usd("50.00")}
    captured = book.post(recipes.payment_captured("ch_1", paid, clerk.whose), at=NOON)
    # The bank takes the payment back.
    clerk.books(
        recipes.payment_reversed("ch_1", paid, clerk.whose, reverses_id=captured),
        patient_receivable="50.00",
        visit_income="50.00",
    )
    assert clerk.owes_for_visit() == "50.00"


def test_a_dispute_won_and_a_dispute_lost(clerk: Clerk) -> None:
    book.post(recipes.charge_issued(clerk.line, usd("50.00"), clerk.of_visit), at=NOON)
    paid = {clerk.visit: usd("50.00")}
    book.post(recipes.payment_captured("ch_1", paid, clerk.whose), at=NOON)
    # Rosa's bank asks about the payment. She owes nothing new while it does.
    clerk.books(
        recipes.dispute_opened("dp_1", usd("50.00"), clerk.whose),
        visit_income="50.00",
        disputed_funds="50.00",
    )
    # The bank finds for the clinic.
    clerk.books(
        recipes.dispute_won("dp_1", usd("50.00"), clerk.whose),
        visit_income="50.00",
        gateway_clearing="50.00",
    )
    # It asks a second time and finds for Rosa: the bill is open again.
    book.post(recipes.dispute_opened("dp_2", usd("50.00"), clerk.whose), at=NOON)
    clerk.books(
        recipes.dispute_lost("dp_2", paid, clerk.whose),
        patient_receivable="50.00",
        visit_income="50.00",
    )
    assert clerk.owes_for_visit() == "50.00"


def test_late_money_is_booked_once_whoever_comes_first(clerk: Clerk) -> None:
    book.post(recipes.charge_issued(clerk.line, usd("50.00"), clerk.of_visit), at=NOON)
    # The attempt had expired; the bank completes it after all.
    clerk.books(
        recipes.late_money("ch_1", {clerk.visit: usd("50.00")}, clerk.whose),
        visit_income="50.00",
        gateway_clearing="50.00",
    )
    # The webhook of the same charge tells it again.
    with pytest.raises(book.AlreadyPosted):
        book.post(
            recipes.payment_captured("ch_1", {clerk.visit: usd("50.00")}, clerk.whose), at=NOON
        )


def test_money_nobody_asked_for_waits_until_a_person_places_it(clerk: Clerk) -> None:
    book.post(recipes.charge_issued(clerk.line, usd("30.00"), clerk.of_visit), at=NOON)
    # The provider lists a charge of 40.00 that we never asked for.
    clerk.books(
        recipes.unplaced_money("ch_9", usd("40.00"), Whose()),
        patient_receivable="30.00",
        visit_income="30.00",
        gateway_clearing="40.00",
        suspense="40.00",
    )
    # Billing finds that it is Rosa's: 30.00 for the visit, the rest is credit.
    clerk.books(
        recipes.money_placed("ch_9", {clerk.visit: usd("30.00")}, clerk.whose, credit=usd("10.00")),
        visit_income="30.00",
        gateway_clearing="40.00",
        patient_credit="10.00",
    )


def test_a_correction_turns_the_old_posting_round_and_books_anew(clerk: Clerk) -> None:
    book.post(recipes.charge_issued(clerk.line, usd("120.00"), clerk.of_visit), at=NOON)
    book.post(recipes.payment_captured("ch_1", {clerk.visit: usd("120.00")}, clerk.whose), at=NOON)
    # The visit was keyed in at 120.00 and should have been 100.00.
    original = book.find_postings("bill-line", [clerk.line])[0]
    undo = recipes.reversal(
        original.draft,
        original.posting_id,
        source_kind="bill-line",
        source_id=clerk.line,
        recipe="charge_issued_undone",
    )
    clerk.books(undo, patient_receivable="-120.00", gateway_clearing="120.00")
    corrected = recipes.charge_issued(new_id(), usd("100.00"), clerk.of_visit)
    clerk.books(
        corrected, patient_receivable="-20.00", visit_income="100.00", gateway_clearing="120.00"
    )
    # We owe Rosa 20.00. It becomes credit.
    assert clerk.owes_for_visit() == "-20.00"
    clerk.books(
        recipes.overpaid_to_credit(new_id(), {clerk.visit: usd("20.00")}, clerk.whose),
        visit_income="100.00",
        gateway_clearing="120.00",
        patient_credit="20.00",
    )


def test_yen_have_no_cents_and_dinars_have_three(clerk: Clerk) -> None:
    book.post(recipes.charge_issued(clerk.line, Money(1200, "JPY"), clerk.of_visit), at=NOON)
    book.post(recipes.charge_issued(new_id(), Money(12345, "KWD"), clerk.of_test), at=NOON)
    found = balances.receivables([clerk.visit, clerk.test])
    assert str(found[clerk.visit].owed.decimal) == "1200"
    assert str(found[clerk.test].owed.decimal) == "12.345"


def test_balances_of_many_charges_take_one_query(
    clerk: Clerk, django_assert_num_queries: object
) -> None:
    book.post(recipes.charge_issued(clerk.line, usd("50.00"), clerk.of_visit), at=NOON)
    charges = [clerk.visit, *(new_id() for _ in range(2000))]
    assert callable(django_assert_num_queries)
    with django_assert_num_queries(1):
        found = balances.receivables(charges)
    assert set(found) == {clerk.visit}
