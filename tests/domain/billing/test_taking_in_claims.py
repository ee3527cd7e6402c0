"""From imported claims to bills, as people meet them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from portico.domain.billing import actions, handlers, queries
from portico.domain.billing.models import Adjudication, Bill, Charge, ImportDifference
from portico.domain.intake.events import ResourcesStored
from portico.domain.intake.exchanges import FileToRead, import_files
from portico.ledger import balances, book, recipes, verification
from portico.ledger.models import Posting
from portico.ledger.recipes import Whose
from portico.platform.access.relations import Purpose, Relation
from portico.platform.gate.calls import system_call
from portico.platform.kernel.call import Actor, Call
from portico.platform.kernel.money import Money
from tests.factories.billing import usd
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db
Json = dict[str, Any]
PATIENT: Json = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"family": "Vale", "given": ["Nina"]}],
    "birthDate": "1980-02-03",
    "gender": "female",
}
SUBJECT = {"reference": "Patient/p1"}


def concept(code: str, text: str = "", system: str = "") -> Json:
    return {
        "coding": [{"code": code, **({"system": system} if system else {})}],
        "text": text or code,
    }


def money(value: float, currency: str = "USD") -> Json:
    return {"value": value, "currency": currency}


def claim(id_: str = "c1", *, created: str = "2026-02-01", **more: Any) -> Json:
    return {
        "resourceType": "Claim",
        "id": id_,
        "status": "active",
        "use": "claim",
        "type": concept("professional"),
        "patient": SUBJECT,
        "created": created,
        "billablePeriod": {"start": created, "end": created},
        "provider": {"display": "Dr. Ada Okafor"},
        "priority": concept("normal"),
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "bayview_health"}}],
        "item": [
            {
                "sequence": 1,
                "productOrService": concept("99213", "Office visit"),
                "net": money(120),
            }
        ],
        **more,
    }


def explanation(
    id_: str = "e1",
    *,
    amounts: dict[str, float] | None = None,
    created: str = "2026-02-01",
    claim_id: str = "c1",
    **more: Any,
) -> Json:
    decided = amounts or {"submitted": 120, "allowed": 110, "benefit": 80, "copay": 30}
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": id_,
        "status": "active",
        "use": "claim",
        "outcome": "complete",
        "type": concept("professional"),
        "patient": SUBJECT,
        "created": created,
        "billablePeriod": {"start": created, "end": created},
        "insurer": {"display": "Bayview Health"},
        "provider": {"display": "Dr. Ada Okafor"},
        "claim": {"reference": f"Claim/{claim_id}"},
        "insurance": [{"focal": True, "coverage": {"display": "Bayview Health"}}],
        "item": [
            {
                "sequence": 1,
                "productOrService": concept("99213", "Office visit"),
                "adjudication": [
                    {"category": concept(name), "amount": money(value)}
                    for name, value in decided.items()
                ],
            }
        ],
        "total": [{"category": concept("submitted"), "amount": money(120)}],
        **more,
    }


@pytest.fixture
def imports(drain: Callable[[], int]) -> Callable[..., UUID | None]:
    """Import resources as one file, and do what follows."""

    def go(*resources: Json) -> UUID | None:
        bundle = {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": resource} for resource in (PATIENT, *resources)],
        }
        content = json.dumps(bundle).encode()
        report = import_files(
            system_call("import"), files=[FileToRead("bundle.json", lambda: content)]
        )
        assert report.refused == []
        drain()
        assert verification.problems() == []
        assert queries.list_problems(system_call("verify")) == []
        return report.batch_id

    return go


def again(batch_id: UUID) -> None:
    """The same import is announced a second time."""
    handlers.take_in_claims(ResourcesStored(batch_id=batch_id, types=["Claim"]))


def nina() -> Call:
    """The patient of the imported file, signed in."""
    person_id = (Bill.objects.first() or Charge.objects.get()).patient_id
    call = system_call("test")
    call.actor = Actor(kind="account", account_id=person_id, person_id=person_id)
    call.patient_id, call.relation, call.purpose = person_id, Relation.SELF, Purpose.SELF
    return call


def counts() -> tuple[int, ...]:
    return tuple(
        model.objects.count() for model in (Charge, Adjudication, Bill, ImportDifference, Posting)
    )


def test_a_claim_waits_on_insurance_until_the_plan_has_decided(
    imports: Callable[..., UUID],
) -> None:
    imports(claim())
    bills = queries.list_bills(nina())
    assert [(w.description, w.charged, w.payer_name) for w in bills.waiting] == [
        ("Office visit", usd(12000), "Bayview health")
    ]
    assert bills.to_pay == ()
    imports(explanation())
    bills = queries.list_bills(nina())
    assert bills.waiting == ()
    assert [(b.owed, b.charged, b.payer_name) for b in bills.to_pay] == [
        (usd(3000), usd(12000), "Bayview Health")
    ]
    bill = queries.get_bill(nina(), bill_id=bills.to_pay[0].bill_id)
    assert (bill.discount, bill.plan_paid, bill.copay) == (usd(1000), usd(8000), usd(3000))
    assert bill.lines[0].kind == "visit"


def test_taking_in_the_same_claims_again_changes_nothing(imports: Callable[..., UUID]) -> None:
    batch_id = imports(claim(), explanation(), claim("c2"))
    before = counts()
    again(batch_id)
    imports(claim(), explanation(), claim("c2"))
    assert counts() == before


def test_a_newer_decision_corrects_the_bill_and_the_payment_stays(
    imports: Callable[..., UUID],
) -> None:
    imports(claim(), explanation())
    first = queries.list_bills(nina()).to_pay[0]
    line = queries.get_bill(nina(), bill_id=first.bill_id).lines[0]
    paid = recipes.payment_captured("ch_1", {line.charge_id: usd(1000)}, Whose(first.patient_id))
    book.post(paid, at=nina().now)
    more_paid = {"submitted": 120, "allowed": 110, "benefit": 95, "copay": 15}
    imports(claim(), explanation(amounts=more_paid, meta={"versionId": "2"}))
    bills = queries.list_bills(nina())
    assert [(b.number, b.owed) for b in bills.to_pay] == [(first.number, usd(500))]
    bill = queries.get_bill(nina(), bill_id=bills.to_pay[0].bill_id)
    assert (bill.version, bill.plan_paid, bill.paid) == (2, usd(9500), usd(1000))
    assert queries.get_bill(nina(), bill_id=first.bill_id).status == "superseded"


def test_two_answers_to_one_claim_make_one_bill(imports: Callable[..., UUID]) -> None:
    later = explanation(
        "e2", created="2026-02-09", amounts={"submitted": 120, "allowed": 110, "benefit": 110}
    )
    batch_id = imports(claim(), explanation(), later)
    bill = Bill.objects.get()
    assert bill.owed_minor == 0
    assert balances.balances()["insurer_cash", "USD"] == usd(11000)
    before = counts()
    again(batch_id)
    assert counts() == before
    kinds = ImportDifference.objects.values_list("kind", flat=True)
    assert list(kinds) == ["answered_again"]


def test_an_older_answer_that_comes_later_is_not_believed(imports: Callable[..., UUID]) -> None:
    newer = {"submitted": 120, "allowed": 110, "benefit": 110}
    imports(claim(), explanation("e2", created="2026-02-09", amounts=newer))
    imports(explanation("e1", created="2026-02-01"))
    assert Bill.objects.get().owed_minor == 0


def test_what_staff_corrected_outlives_the_next_import_and_help_a_newer_decision(
    imports: Callable[..., UUID], cast: Cast
) -> None:
    batch_id = imports(claim(), explanation())
    bill = queries.list_bills(nina()).to_pay[0]
    charge_id = queries.get_bill(nina(), bill_id=bill.bill_id).lines[0].charge_id
    actions.correct_bill(
        cast.tom.call(), bill_id=bill.bill_id, reason="Help.", help_given={charge_id: usd(1200)}
    )
    before = counts()
    again(batch_id)
    assert counts() == before
    assert [b.owed for b in queries.list_bills(nina()).to_pay] == [usd(1800)]
    newer = {"submitted": 120, "allowed": 110, "benefit": 90, "copay": 20}
    imports(claim(), explanation(amounts=newer, meta={"versionId": "2"}))
    assert [b.owed for b in queries.list_bills(nina()).to_pay] == [usd(800)]


def test_old_bills_come_in_closed(imports: Callable[..., UUID]) -> None:
    imports(
        explanation("old", created="2025-01-31", claim_id="c0"),
        explanation("edge", created="2025-02-01", claim_id="c1"),
        explanation("new", created="2026-02-01", claim_id="c2"),
        claim("c3", created="2024-05-05"),
    )
    bills = queries.list_bills(nina())
    assert len(bills.to_pay) == 2
    assert bills.waiting == ()
    (closed,) = bills.settled
    assert (closed.status, closed.owed) == ("history", usd(0))
    bill = queries.get_bill(nina(), bill_id=closed.bill_id)
    assert (bill.paid, bill.lines[0].owed) == (usd(3000), usd(0))
    assert balances.balances()["patient_receivable", "USD"] == usd(6000)


def test_the_operator_may_say_from_when_bills_are_open(
    imports: Callable[..., UUID], settings: Any
) -> None:
    settings.PORTICO_BILLS_SINCE = "2026-02-02"
    imports(explanation("e1", created="2026-02-01"))
    assert [b.status for b in queries.list_bills(nina()).settled] == ["history"]


def test_a_claim_whose_lines_the_plan_did_not_decide_is_history_not_a_bill(
    imports: Callable[..., UUID], cast: Cast
) -> None:
    undecided = explanation()
    del undecided["item"][0]["adjudication"]
    imports(claim(), undecided)
    assert not Bill.objects.exists()
    assert not Charge.objects.exists()
    told = queries.list_import_differences(cast.tom.call())
    assert [(d.kind, d.stated) for d in told.differences] == [("no_adjudicated_line", usd(12000))]
    imports(claim(created="2026-02-02"))
    assert not Charge.objects.exists(), "the claim does not wait: it was answered"


def test_a_line_that_contradicts_itself_is_told_and_not_billed(
    imports: Callable[..., UUID], cast: Cast
) -> None:
    imports(explanation(amounts={"submitted": 120, "allowed": 110, "benefit": 80, "copay": 5}))
    assert not Bill.objects.exists()
    told = queries.list_import_differences(cast.tom.call(), kind="shares_do_not_add_up")
    assert [(d.line, d.found) for d in told.differences] == [(1, usd(-2500))]
    assert told.counts["shares_do_not_add_up"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"submitted": 120, "allowed": 110, "benefit": -80, "copay": 190},
        {"submitted": 1e15, "allowed": 1e15, "benefit": 1e15},
    ],
    ids=["below zero", "beyond reason"],
)
def test_impossible_amounts_are_told_and_stop_nothing_else(
    imports: Callable[..., UUID], wrong: dict[str, float]
) -> None:
    imports(explanation("e9", amounts=wrong, claim_id="c9"), explanation())
    assert Bill.objects.get().owed_minor == 3000
    assert ImportDifference.objects.filter(source_key="ExplanationOfBenefit/e9").exists()


def test_an_explanation_of_two_currencies_makes_no_bill(imports: Callable[..., UUID]) -> None:
    mixed = explanation()
    mixed["item"][0]["adjudication"][1]["amount"]["currency"] = "EUR"
    imports(mixed)
    assert not Bill.objects.exists()


def test_the_same_line_number_twice_is_billed_once(imports: Callable[..., UUID]) -> None:
    doubled = explanation()
    doubled["item"] *= 2
    imports(doubled)
    assert Bill.objects.get().line_count == 1


def test_an_invoice_becomes_a_bill_without_a_plan(imports: Callable[..., UUID]) -> None:
    imports(
        {
            "resourceType": "Invoice",
            "id": "i1",
            "status": "issued",
            "subject": SUBJECT,
            "date": "2026-02-01",
            "lineItem": [
                {
                    "chargeItemCodeableConcept": concept("80061", "Cholesterol test"),
                    "priceComponent": [
                        {"type": "base", "amount": money(40, "EUR")},
                        {"type": "discount", "amount": money(-4, "EUR")},
                        {"type": "tax", "amount": money(6.84, "EUR")},
                    ],
                }
            ],
            "totalGross": money(42.84, "EUR"),
        }
    )
    (summary,) = queries.list_bills(nina()).to_pay
    bill = queries.get_bill(nina(), bill_id=summary.bill_id)
    assert bill.owed == Money(4284, "EUR")
    assert [s.slug for s in bill.steps] == ["charged", "tax", "discount", "owed"]
    assert (bill.lines[0].kind, bill.has_insurer) == ("test", False)
    assert bill.entity.currency == "EUR"


def test_charge_items_of_one_account_and_day_make_one_bill(imports: Callable[..., UUID]) -> None:
    def item(id_: str, price: float, day: str, account: str) -> Json:
        return {
            "resourceType": "ChargeItem",
            "id": id_,
            "status": "billable",
            "code": concept(id_, f"Dressing {id_}"),
            "subject": SUBJECT,
            "occurrenceDateTime": day,
            "quantity": {"value": 2},
            "priceOverride": money(price),
            "account": [{"reference": f"Account/{account}"}],
        }

    def account(id_: str, **more: Any) -> Json:
        return {
            "resourceType": "Account",
            "id": id_,
            "status": "active",
            "subject": [SUBJECT],
            **more,
        }

    covered = {"coverage": [{"coverage": {"display": "Bayview Health"}}]}
    imports(
        account("own"),
        account("insured", **covered),
        item("a", 10, "2026-02-01", "own"),
        item("b", 5, "2026-02-01", "own"),
        item("c", 1, "2026-02-02", "own"),
        item("d", 9, "2026-02-01", "insured"),
    )
    bills = queries.list_bills(nina())
    assert sorted(bill.owed.minor for bill in bills.to_pay) == [200, 3000]
    assert [w.charged for w in bills.waiting] == [usd(1800)]


def test_a_take_in_that_was_cut_off_goes_on_where_it_stopped(
    shared_data: Path, drain: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = sorted((shared_data / "fhir-synthea-r4").glob("*.json.gz"))[:3]
    files = [FileToRead(path.name, path.read_bytes) for path in paths]
    monkeypatch.setattr(handlers, "_PEOPLE_AT_ONCE", 1)
    report = import_files(system_call("import"), files=files)
    assert report.batch_id is not None
    whole, calls = handlers.actions.take_in_claims, []

    def cut_off(*args: Any, **kwargs: Any) -> None:
        calls.append(kwargs)
        if len(calls) == 2:
            raise OSError("the disk is full")
        whole(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(handlers.actions, "take_in_claims", cut_off)
        with pytest.raises(OSError, match="the disk is full"):
            again(report.batch_id)
    part = counts()
    assert part[0] > 0
    again(report.batch_id)
    after = counts()
    assert after > part
    drain()
    assert counts() == after
    assert queries.list_problems(system_call("verify")) == []


def test_nobody_else_sees_what_came_in(imports: Callable[..., UUID], cast: Cast) -> None:
    imports(claim("c2"), explanation())
    bills = queries.list_bills(cast.pat.call())
    assert (bills.to_pay, bills.waiting, bills.settled) == ((), (), ())
    with pytest.raises(queries.NoSuchBill):
        queries.get_bill(cast.pat.call(), bill_id=Bill.objects.get().pk)


def test_a_real_patient_sees_bills_that_add_up(
    shared_data: Path, drain: Callable[[], int], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    paths = sorted((shared_data / "fhir-synthea-r4").glob("*.json.gz"))[:12]
    files = [FileToRead(path.name, path.read_bytes) for path in paths]
    report = import_files(system_call("import"), files=files)
    assert report.refused == []
    drain()
    assert queries.list_problems(system_call("verify")) + verification.problems() == []
    assert Bill.objects.filter(history=False).exists()
    assert report.batch_id is not None
    before = counts()
    with django_assert_max_num_queries(80):
        again(report.batch_id)
    assert counts() == before
    for summary in queries.list_bills_for_staff(system_call("test")).bills:
        bill = queries.get_bill_for_staff(system_call("test"), bill_id=summary.bill_id)
        for line in bill.lines:
            left = line.charge + line.tax - line.discount - line.plan_paid - line.help - line.paid
            assert left == line.owed
        assert bill.owed == summary.owed
        assert bill.title
