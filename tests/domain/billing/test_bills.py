"""Bills as patients, payments and billing staff meet them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from portico.domain.billing import actions, queries
from portico.domain.billing.models import Bill, BillLine
from portico.domain.billing.rules.amounts import DoesNotAddUp
from portico.domain.billing.rules.issuing import MixedCharges
from portico.domain.billing.states import REASONS
from portico.ledger import balances, book, recipes, verification
from portico.ledger.recipes import Whose
from portico.platform.access.decisions import Denied
from portico.platform.gate.calls import system_call
from portico.platform.kernel.ids import new_id
from tests.factories import billing
from tests.factories.billing import usd
from tests.factories.cast import Cast, Member

pytestmark = pytest.mark.django_db


def pays(member: Member, bill_id: UUID, *cents: int) -> None:
    """The payments package will do this; here the ledger is told directly."""
    lines = queries.get_bill(member.call(), bill_id=bill_id).lines
    paid = {line.charge_id: usd(c) for line, c in zip(lines, cents, strict=False) if c}
    draft = recipes.payment_captured(f"ch_{new_id()}", paid, Whose(member.person_id))
    book.post(draft, at=member.call().now)


def refuses(act: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def all_is_well() -> bool:
    problems = queries.list_problems(system_call("test")) + verification.problems()
    assert problems == []
    return True


def test_rosas_bill_says_what_is_owed_and_why(cast: Cast) -> None:
    bill_id = billing.rosas_bill(cast.rosa.person_id)
    bill = queries.get_bill(cast.rosa.call(), bill_id=bill_id)
    assert (bill.number, bill.version, bill.status) == ("HS-20418", 1, "to_pay")
    assert [(s.slug, str(s.amount.decimal), s.kind) for s in bill.steps] == [
        ("charged", "486.00", "total"),
        ("plan_discount", "198.40", "less"),
        ("plan_price", "287.60", "total"),
        ("plan_paid", "145.00", "less"),
        ("owed", "142.60", "owed"),
    ]
    assert [[(r.slug, str(r.amount.decimal)) for r in line.reasons] for line in bill.lines] == [
        [("copay", "25.00")],
        [("deductible", "41.60")],
        [("deductible", "72.50"), ("coinsurance", "3.50")],
    ]
    assert (bill.copay, bill.deductible, bill.coinsurance) == (usd(2500), usd(11410), usd(350))
    assert (bill.payer_name, bill.claim_number) == ("Bayview Health", "88-1027-5")
    assert bill.title == "Office visit, 25 minutes"
    for line in bill.lines:
        left = line.charge + line.tax - line.discount - line.plan_paid - line.help - line.paid
        assert left == line.owed
    assert all_is_well()


def test_the_list_tells_what_to_pay_what_waits_and_what_is_settled(cast: Cast) -> None:
    rosa = cast.rosa
    late = billing.rosas_bill(rosa.person_id, number="HS-1", due_date=date(2026, 3, 9))
    soon = billing.rosas_bill(rosa.person_id, number="HS-2")
    done = billing.self_pay_bill(rosa.person_id)
    pays(rosa, done, 16000)
    actions.record_charge(
        system_call("test"),
        patient_id=rosa.person_id,
        description="Amoxicillin 500 mg",
        kind="medicine",
        price=usd(1900),
        service_date=date(2026, 3, 1),
        payer_name="Bayview Health",
        waiting=True,
    )
    bills = queries.list_bills(rosa.call())
    assert [(b.bill_id, b.status) for b in bills.to_pay] == [(late, "past_due"), (soon, "to_pay")]
    assert [(b.bill_id, b.status, b.owed) for b in bills.settled] == [(done, "paid", usd(0))]
    assert [w.description for w in bills.waiting] == ["Amoxicillin 500 mg"]
    assert bills.total_to_pay == usd(28520)


def test_a_list_of_any_length_takes_as_many_queries(
    cast: Cast, django_assert_num_queries: Callable[..., object]
) -> None:
    rosa = cast.rosa
    for number in range(12):
        billing.rosas_bill(rosa.person_id, number=f"HS-{number}")
    call = rosa.call()
    bill_id = queries.list_bills(call).to_pay[0].bill_id
    with django_assert_num_queries(4):
        assert len(queries.list_bills(call).to_pay) == 12
    with django_assert_num_queries(3):
        queries.get_bill(call, bill_id=bill_id)
    with django_assert_num_queries(3):
        queries.get_payable(call, bill_id=bill_id)


def test_a_stranger_sees_nothing(cast: Cast) -> None:
    bill_id = billing.rosas_bill(cast.rosa.person_id)
    for stranger in (cast.pat, cast.ernesto):
        assert queries.list_bills(stranger.call()).to_pay == ()
        for read in (queries.get_bill, queries.get_payable):
            with pytest.raises(queries.NoSuchBill):
                read(stranger.call(), bill_id=bill_id)
    with pytest.raises(Denied):
        queries.list_bills_for_staff(cast.rosa.call())
    with pytest.raises(Denied):
        queries.list_bills_for_staff(cast.priya.call())
    assert queries.list_bills_for_staff(cast.tom.call()).count == 1


def test_staff_of_one_billing_entity_do_not_see_anothers_bills(cast: Cast) -> None:
    bill_id = billing.rosas_bill(cast.rosa.person_id)
    entity = queries.get_bill(cast.rosa.call(), bill_id=bill_id).entity
    assert queries.list_bills_for_staff(cast.tom.call(entities=(new_id(),))).count == 0
    assert queries.list_bills_for_staff(cast.tom.call(entities=(entity.entity_id,))).count == 1


def test_a_part_payment_leaves_the_rest_payable(cast: Cast) -> None:
    bill_id = billing.rosas_bill(cast.rosa.person_id)
    pays(cast.rosa, bill_id, 2500, 1000)
    payable = queries.get_payable(cast.rosa.call(), bill_id=bill_id)
    assert [line.owed for line in payable.lines] == [usd(3160), usd(7600)]
    assert payable.owed == usd(10760)
    bill = queries.get_bill(cast.rosa.call(), bill_id=bill_id)
    assert (bill.paid, bill.owed) == (usd(3500), usd(10760))
    assert bill.steps[-2].slug == "paid"
    assert all_is_well()


def test_a_paid_bill_offers_nothing_to_pay(cast: Cast) -> None:
    bill_id = billing.rosas_bill(cast.rosa.person_id)
    pays(cast.rosa, bill_id, 2500, 4160, 7600)
    assert queries.get_payable(cast.rosa.call(), bill_id=bill_id).lines == ()
    assert queries.get_bill(cast.rosa.call(), bill_id=bill_id).status == "paid"


def test_a_bill_without_a_plan_has_its_own_words(cast: Cast) -> None:
    bill_id = billing.self_pay_bill(cast.sam.person_id)
    bill = queries.get_bill(cast.sam.call(), bill_id=bill_id)
    assert not bill.has_insurer
    assert [s.slug for s in bill.steps] == ["charged", "discount", "owed"]
    assert [r.slug for line in bill.lines for r in line.reasons] == ["self_pay"]
    assert bill.owed == usd(16000)
    assert bill.due_date == date(2026, 3, 31)
    assert bill.number == "HS-1001"


def test_numbers_go_on_after_one_given_by_hand(cast: Cast) -> None:
    billing.rosas_bill(cast.rosa.person_id)
    bill_id = billing.self_pay_bill(cast.sam.person_id)
    assert queries.get_bill(cast.sam.call(), bill_id=bill_id).number == "HS-20419"


def test_a_bill_that_does_not_add_up_is_not_published(cast: Cast) -> None:
    rosa = cast.rosa.person_id
    right = billing.insured_charge(rosa, billing.VISIT, "Office visit", "visit")
    wrong = billing.insured_charge(
        rosa, (9600, 5440, 0, {"deductible": 4000}), "Blood test", "test"
    )
    with pytest.raises(DoesNotAddUp, match=r"Blood test: the amounts differ by 1\.60 USD"):
        actions.publish_bill(cast.tom.call(), charge_ids=[right, wrong])
    assert not Bill.objects.exists()
    assert balances.balances() == {}


def test_a_bill_is_for_one_person(cast: Cast) -> None:
    one = billing.insured_charge(cast.rosa.person_id, billing.VISIT, "Office visit", "visit")
    two = billing.insured_charge(cast.sam.person_id, billing.VISIT, "Office visit", "visit")
    with pytest.raises(MixedCharges):
        actions.publish_bill(cast.tom.call(), charge_ids=[one, two])


def test_a_charge_is_billed_once(cast: Cast) -> None:
    charge = billing.insured_charge(cast.rosa.person_id, billing.VISIT, "Office visit", "visit")
    actions.publish_bill(cast.tom.call(), charge_ids=[charge])
    with pytest.raises(actions.AlreadyBilled):
        actions.publish_bill(cast.tom.call(), charge_ids=[charge])


def test_patients_and_nurses_publish_nothing(cast: Cast) -> None:
    charge = billing.insured_charge(cast.rosa.person_id, billing.VISIT, "Office visit", "visit")
    for member in (cast.rosa, cast.priya, cast.lena):
        with pytest.raises(Denied):
            actions.publish_bill(member.call(), charge_ids=[charge])


def test_a_correction_is_a_new_version_and_payments_stay(cast: Cast) -> None:
    rosa = cast.rosa
    bill_id = billing.rosas_bill(rosa.person_id)
    pays(rosa, bill_id, 2500, 4160)
    visit, *_rest = queries.get_bill(rosa.call(), bill_id=bill_id).lines
    actions.adjudicate(
        cast.tom.call(),
        charge_id=visit.charge_id,
        payer_name="Bayview Health",
        decided_date=date(2026, 3, 5),
        discount=usd(8400),
        plan_paid=usd(14600),
        copay=usd(1000),
    )
    new_id_ = actions.correct_bill(cast.tom.call(), bill_id=bill_id, reason="Your plan paid more.")
    new = queries.get_bill(rosa.call(), bill_id=new_id_)
    old = queries.get_bill(rosa.call(), bill_id=bill_id)
    assert (new.number, new.version, new.correction_reason) == (
        "HS-20418",
        2,
        "Your plan paid more.",
    )
    assert (old.status, old.superseded_by, old.owed) == ("superseded", new_id_, usd(14260))
    assert [line.owed for line in new.lines] == [usd(-1500), usd(0), usd(7600)]
    assert queries.get_payable(rosa.call(), bill_id=bill_id).lines == ()
    assert [b.bill_id for b in queries.list_bills(rosa.call()).to_pay] == [new_id_]
    with pytest.raises(actions.AlreadySuperseded):
        actions.correct_bill(cast.tom.call(), bill_id=bill_id, reason="Again")
    assert all_is_well()


def test_a_charge_taken_off_a_paid_bill_comes_back_as_credit(cast: Cast) -> None:
    rosa = cast.rosa
    bill_id = billing.rosas_bill(rosa.person_id)
    pays(rosa, bill_id, 2500, 4160, 7600)
    kept = [ln.charge_id for ln in queries.get_bill(rosa.call(), bill_id=bill_id).lines[:2]]
    actions.correct_bill(
        cast.tom.call(), bill_id=bill_id, reason="The refill was not yours.", charge_ids=kept
    )
    assert balances.credit_of([rosa.person_id], "USD") == usd(7600)
    assert [b.owed for b in queries.list_bills(rosa.call()).settled] == [usd(0)]
    assert all_is_well()


def test_help_lowers_what_is_owed_and_stays_when_the_bill_is_corrected(cast: Cast) -> None:
    charge = billing.insured_charge(cast.rosa.person_id, billing.VISIT, "Office visit", "visit")
    bill_id = actions.publish_bill(
        cast.tom.call(), charge_ids=[charge], help_given={charge: usd(1000)}
    )
    bill = queries.get_bill(cast.rosa.call(), bill_id=bill_id)
    assert (bill.help, bill.owed) == (usd(1000), usd(1500))
    assert "help" in [step.slug for step in bill.steps]
    again = actions.correct_bill(cast.tom.call(), bill_id=bill_id, reason="A wrong date.")
    bill = queries.get_bill(cast.rosa.call(), bill_id=again)
    assert (bill.help, bill.owed) == (usd(1000), usd(1500))
    assert all_is_well()


def test_when_more_was_paid_than_is_owed_we_owe_the_patient(cast: Cast) -> None:
    bill_id = billing.self_pay_bill(cast.sam.person_id)
    pays(cast.sam, bill_id, 16000)
    line = queries.get_bill(cast.sam.call(), bill_id=bill_id).lines[0]
    gift = recipes.written_off(new_id(), usd(1200), Whose(cast.sam.person_id, None, line.charge_id))
    book.post(gift, at=cast.sam.call().now)
    bill = queries.get_bill(cast.sam.call(), bill_id=bill_id)
    assert (bill.status, bill.owed, bill.steps[-1].slug) == ("credit", usd(-1200), "credit")


def test_history_is_shown_closed_and_the_ledger_knows_nothing_of_it(cast: Cast) -> None:
    rosa = cast.rosa
    charge = billing.insured_charge(rosa.person_id, billing.VISIT, "Office visit", "visit")
    bill_id = actions.publish_bill(
        cast.tom.call(), charge_ids=[charge], history=True, issued_date=date(2019, 5, 1)
    )
    bill = queries.get_bill(rosa.call(), bill_id=bill_id)
    assert (bill.status, bill.owed, bill.paid, bill.due_date) == (
        "history",
        usd(0),
        usd(2500),
        None,
    )
    assert [r.slug for r in bill.lines[0].reasons] == ["settled_before"]
    assert bill.steps[-2].slug == "settled_before"
    assert balances.balances() == {}
    assert queries.get_payable(rosa.call(), bill_id=bill_id).lines == ()
    assert all_is_well()


def test_an_issued_bill_never_changes(cast: Cast) -> None:
    bill_id = billing.rosas_bill(cast.rosa.person_id)
    bill, line = Bill.objects.get(pk=bill_id), BillLine.objects.filter(bill=bill_id)[0]
    refuses(lambda: Bill.objects.update(owed_minor=1))
    refuses(lambda: BillLine.objects.update(description="Something else"))
    refuses(lambda: Bill.objects.all()._raw_delete("default"))
    refuses(lambda: BillLine.objects.all()._raw_delete("default"))
    line.pk, line.owed_minor, line.copay_minor, line.price_minor = new_id(), 0, 0, 21500
    refuses(lambda: line.save(force_insert=True))
    bill.pk, bill.number = new_id(), "HS-2"
    refuses(lambda: bill.save(force_insert=True))


def test_the_database_refuses_a_line_or_bill_that_does_not_add_up(cast: Cast) -> None:
    billing.rosas_bill(cast.rosa.person_id)
    bill, line = Bill.objects.get(), BillLine.objects.all()[0]
    bill.pk, bill.number, bill.source_key = new_id(), "HS-2", "bill/2"
    bill.line_count, bill.price_minor, bill.owed_minor = 1, line.price_minor, line.owed_minor
    line.pk, line.bill_id = new_id(), bill.pk

    def seal(**wrong: object) -> None:
        for name, value in wrong.items():
            setattr(line if hasattr(line, name) and name != "owed_minor" else bill, name, value)
        line.save(force_insert=True)
        bill.save(force_insert=True)

    refuses(lambda: seal(price_minor=line.price_minor + 1))
    line.price_minor = 24000
    refuses(lambda: seal(currency="EUR"))
    line.currency = "USD"
    refuses(lambda: seal(owed_minor=2400))
    bill.owed_minor = 2500
    refuses(lambda: seal(copay_minor=99999))
    line.copay_minor = 2500
    seal()
    assert Bill.objects.count() == 2


def test_a_touched_bill_is_found(cast: Cast) -> None:
    bill_id = billing.rosas_bill(cast.rosa.person_id)
    names = queries.TRIGGERS[connection.vendor]
    update = next(
        n for n in names if n in ("billing_billline_no_update", "billing_billline_frozen")
    )
    on = "" if connection.vendor == "sqlite" else " ON billing_billline"
    BillLine.objects.filter(bill=bill_id)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE") if on else None
        cursor.execute(f"DROP TRIGGER {update}{on}")
    BillLine.objects.filter(bill=bill_id, position=1).update(price_minor=25000, owed_minor=3500)
    assert queries.list_problems(system_call("test")) == [
        f"The trigger {update} is missing.",
        "Bill HS-20418 is not as it was issued.",
        "Line 1 of bill HS-20418 and the ledger differ by -10.00 USD.",
    ]


def test_every_sentence_of_a_reason_is_short() -> None:
    for term, sentence in REASONS.values():
        assert str(term)
        assert len(str(sentence).split()) <= 25
