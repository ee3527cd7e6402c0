"""The billing desk's pages about bills."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from portico.domain.billing import actions, queries
from portico.platform.kernel.ids import new_id
from tests.factories import billing
from tests.factories.billing import usd

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_tom_finds_a_bill_by_its_number(cast) -> None:
    bill_id = billing.rosas_bill(cast.rosa.person_id)
    billing.self_pay_bill(cast.sam.person_id)
    client = cast.tom.client()
    page = client.get(reverse("staff-bills"))
    assert page.status_code == 200
    assert "HS-20418" in words(page)
    assert "HS-20419" in words(page)
    page = client.get(reverse("staff-bills"), {"text": "20418"})
    assert reverse("staff-bill", args=[bill_id]) in words(page)
    assert "HS-20419" not in words(page)
    assert "No bill matches" in words(client.get(reverse("staff-bills"), {"text": "nothing"}))


def test_a_bill_shows_totals_that_match_and_every_line(cast) -> None:
    bill_id = billing.rosas_bill(cast.rosa.person_id)
    page = words(cast.tom.client().get(reverse("staff-bill", args=[bill_id])))
    for expected in ("486.00", "198.40", "145.00", "142.60", "Blood test: cholesterol", "copay"):
        assert expected in page


def test_a_correction_needs_a_reason_and_makes_a_new_version(cast) -> None:
    bill_id = billing.rosas_bill(cast.rosa.person_id)
    address = reverse("staff-bill", args=[bill_id])
    client = cast.tom.client()
    empty = client.post(address, {"reason": ""})
    assert empty.status_code == 422
    assert "Say in a sentence why the bill is corrected." in words(empty)
    done = client.post(address, {"reason": "The date of care was wrong."}, follow=True)
    assert "2: The date of care was wrong." in words(done)
    assert "A newer version took the place of this bill." in words(client.get(address))
    again = client.post(address, {"reason": "Once more"})
    assert "corrected already" in words(again)


def test_a_correction_that_does_not_add_up_names_the_line(cast) -> None:
    bill_id = billing.rosas_bill(cast.rosa.person_id)
    line = queries.get_bill(cast.rosa.call(), bill_id=bill_id).lines[1]
    actions.adjudicate(
        cast.tom.call(),
        charge_id=line.charge_id,
        payer_name="Bayview Health",
        decided_date=date(2026, 3, 5),
        discount=usd(5440),
        plan_paid=usd(1000),
        deductible=usd(4160),
    )
    address = reverse("staff-bill", args=[bill_id])
    page = cast.tom.client().post(address, {"reason": "The plan paid more."})
    assert page.status_code == 422
    assert "Blood test: cholesterol" in words(page)
    assert "off by -10.00 USD" in words(page)
    assert "The plan paid more." in words(page), "what was typed is kept"
    assert queries.get_bill(cast.rosa.call(), bill_id=bill_id).superseded_by is None


def test_only_those_who_may_read_bills_see_them(cast) -> None:
    bill_id = billing.rosas_bill(cast.rosa.person_id)
    for address in (reverse("staff-bills"), reverse("staff-bill", args=[bill_id])):
        assert cast.rosa.client().get(address).status_code == 404
        assert cast.priya.client().get(address).status_code == 403
    missing = reverse("staff-bill", args=[new_id()])
    assert cast.tom.client().get(missing).status_code == 404
