"""What every gateway must do, whoever stands behind it: run over the Stripe connector and the sandbox."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from portico.domain.payments.ports import (
    Answer,
    GatewayRefused,
    GatewayUnavailable,
    ShownOnDetails,
)
from portico.platform.kernel.money import Money

AMOUNT = Money(14260, "USD")
SHOWN = ShownOnDetails(AMOUNT, "Rosa Delgado", "Bill HS-20418", "Harbor Street Clinic")
PAGES = {
    "return_url": "http://127.0.0.1:8000/pay/1/return",
    "cancel_url": "http://127.0.0.1:8000/pay/1/cancel",
}


@dataclass
class Till:
    """A person at the gateway: details saved, intent opened, and then whatever the test wants."""

    gateway: object
    sandbox: object
    account: str = ""

    def page(self, **changed):
        asked = {
            "key": "k1",
            "account": self.account,
            "customer": None,
            "customer_email": "rosa@example.org",
            "language": "en",
            "shown": SHOWN,
            **PAGES,
        } | changed
        return self.gateway.open_details(**asked)

    def save(self, number="4242424242424242", *, keep=False):
        page = self.page()
        self.sandbox.control("complete-details", session=page.session, number=number, keep=keep)
        return page, self.gateway.read_details(session=page.session, account=self.account)

    def open(
        self, number="4242424242424242", *, amount=AMOUNT, key="k1", reference="P7K3-M9QX"
    ) -> Answer:
        page, details = self.save(number)
        return self.gateway.open_intent(
            key=key,
            account=self.account,
            amount=amount,
            customer=page.customer,
            method=details.method.token,
            reference=reference,
            descriptor="HARBOR ST CLINIC",
        )

    def confirm(self, intent: str, key="k1") -> Answer:
        return self.gateway.confirm_intent(
            key=key, account=self.account, intent=intent, return_url=PAGES["return_url"]
        )

    def look_up(self, intent: str) -> Answer:
        return self.gateway.look_up(account=self.account, intent=intent)


@pytest.fixture
def till(gateway, sandbox) -> Till:
    return Till(gateway, sandbox)


def test_details_are_saved_and_nothing_is_charged(till, sandbox):
    page = till.page()
    assert page.url.startswith(sandbox.url)
    assert not till.gateway.read_details(session=page.session, account="").complete
    sandbox.control("complete-details", session=page.session)
    details = till.gateway.read_details(session=page.session, account="")
    assert details.complete and not details.expired and not details.keep
    assert (details.method.brand, details.method.last4, details.method.kind) == (
        "visa",
        "4242",
        "card",
    )
    assert sandbox.charges() == []


def test_the_tick_to_save_comes_back(till):
    assert till.save(keep=True)[1].keep


def test_a_page_that_was_open_too_long_has_expired(till, clock):
    page = till.page()
    clock.advance(minutes=40)
    assert till.gateway.read_details(session=page.session, account="").expired


def test_every_page_is_a_new_one_and_the_customer_is_the_same(till):
    first, second = till.page(), till.page()
    assert first.session != second.session
    assert first.customer == second.customer


def test_open_then_confirm_charges_once_with_its_fee(till, sandbox):
    opened = till.open()
    assert (opened.outcome, opened.charge) == ("open", "")
    assert sandbox.charges() == []
    paid = till.confirm(opened.intent)
    assert (paid.outcome, paid.amount, paid.decline) == ("succeeded", AMOUNT, "")
    assert paid.fee == Money(444, "USD")  # 2.9 % of 142.60 and 30 cents
    assert [c["id"] for c in sandbox.charges("P7K3-M9QX")] == [paid.charge]


def test_the_same_key_answers_the_same_and_charges_once(till, sandbox):
    opened = till.open()
    assert till.confirm(opened.intent) == till.confirm(opened.intent)
    assert len(sandbox.charges()) == 1


def test_the_same_key_with_another_amount_is_refused(till):
    page, details = till.save()
    asked = {
        "key": "k1",
        "account": "",
        "customer": page.customer,
        "method": details.method.token,
        "reference": "R",
        "descriptor": "",
    }
    till.gateway.open_intent(amount=AMOUNT, **asked)
    with pytest.raises(GatewayRefused):
        till.gateway.open_intent(amount=Money(1, "USD"), **asked)


def test_after_a_day_an_old_key_is_a_new_one(till, clock):
    """Why nothing is sent again after 20 hours."""
    page, details = till.save()
    asked = {
        "key": "k1",
        "account": "",
        "amount": AMOUNT,
        "customer": page.customer,
        "method": details.method.token,
        "reference": "R",
        "descriptor": "",
    }
    first = till.gateway.open_intent(**asked)
    clock.advance(hours=23)
    assert till.gateway.open_intent(**asked).intent == first.intent
    clock.advance(hours=2)
    assert till.gateway.open_intent(**asked).intent != first.intent


@pytest.mark.parametrize(
    ("number", "family"),
    [
        ("4000000000000002", "generic"),
        ("4000000000000341", "generic"),
        ("4000000000009995", "insufficient_funds"),
        ("4000000000009987", "generic"),
        ("4000000000009979", "generic"),
        ("4100000000000019", "generic"),
        ("4000000000000069", "expired_card"),
        ("4000000000000127", "wrong_code"),
        ("4000000000000036", "wrong_zip"),
        ("4000000000000119", "generic"),
    ],
)
def test_a_decline_is_an_answer_with_its_family(till, sandbox, number, family):
    declined = till.confirm(till.open(number).intent)
    assert (declined.outcome, declined.decline) == ("declined", family)
    assert till.look_up(declined.intent).decline == family
    assert sandbox.charges() == []


@pytest.mark.parametrize(
    "number", ["4242424242424242", "5555555555554444", "378282246310005", "6011111111111117"]
)
def test_every_brand_pays(till, number):
    assert till.confirm(till.open(number).intent).outcome == "succeeded"


@pytest.mark.parametrize("number", ["4000002500003155", "4000000000003220"])
def test_a_bank_check_that_passes_pays(till, sandbox, number):
    asked = till.confirm(till.open(number).intent)
    assert asked.outcome == "action_required"
    assert asked.action_url.startswith(f"{sandbox.url}/bank-check/")
    sandbox.control("bank-check", intent=asked.intent, passed=True)
    assert till.look_up(asked.intent).outcome == "succeeded"


def test_a_bank_check_that_fails_declines(till, sandbox):
    asked = till.confirm(till.open("4000000000003220").intent)
    sandbox.control("bank-check", intent=asked.intent, passed=False)
    answer = till.look_up(asked.intent)
    assert (answer.outcome, answer.decline) == ("declined", "bank_check_failed")


def test_a_bank_check_may_pass_and_the_bank_still_decline(till, sandbox):
    asked = till.confirm(till.open("4000008400001629").intent)
    sandbox.control("bank-check", intent=asked.intent, passed=True)
    assert till.look_up(asked.intent).outcome == "declined"


def test_an_abandoned_bank_check_can_be_cancelled(till):
    asked = till.confirm(till.open("4000000000003220").intent)
    assert till.gateway.cancel_intent(account="", intent=asked.intent).outcome == "cancelled"


def test_a_cancelled_intent_cannot_be_confirmed(till, sandbox):
    opened = till.open()
    assert till.gateway.cancel_intent(account="", intent=opened.intent).outcome == "cancelled"
    assert till.confirm(opened.intent).outcome == "cancelled"
    assert sandbox.charges() == []


def test_cancelling_what_was_paid_tells_that_it_was_paid(till):
    paid = till.confirm(till.open().intent)
    late = till.gateway.cancel_intent(account="", intent=paid.intent)
    assert (late.outcome, late.charge) == ("succeeded", paid.charge)


def test_found_by_our_reference(till):
    paid = till.confirm(till.open().intent)
    found = till.gateway.find_by_reference(account="", reference="P7K3-M9QX")
    assert found == paid
    assert till.gateway.find_by_reference(account="", reference="NEVER-SEEN") is None


def test_of_two_intents_of_one_reference_the_paid_one_is_found(till):
    paid = till.confirm(till.open(key="a").intent, key="a")
    till.open(key="b")
    assert till.gateway.find_by_reference(account="", reference="P7K3-M9QX").intent == paid.intent


def test_another_account_knows_nothing(till, gateway, sandbox):
    paid = till.confirm(till.open().intent)
    with pytest.raises(GatewayRefused):
        gateway.look_up(account="acct_other", intent=paid.intent)
    assert gateway.find_by_reference(account="acct_other", reference="P7K3-M9QX") is None
    other = Till(gateway, sandbox, account="acct_other")
    assert other.confirm(other.open().intent).outcome == "succeeded"


def test_a_detached_card_pays_no_more_and_detaching_twice_is_no_failure(till):
    page, details = till.save()
    till.gateway.detach(account="", method=details.method.token)
    till.gateway.detach(account="", method=details.method.token)
    till.gateway.detach(account="", method="pm_never")
    with pytest.raises(GatewayRefused):
        till.gateway.open_intent(
            key="k2",
            account="",
            amount=AMOUNT,
            customer=page.customer,
            method=details.method.token,
            reference="R",
            descriptor="",
        )


def test_refunds_in_parts_and_never_more_than_was_paid(till):
    paid = till.confirm(till.open().intent)
    refund = {"account": "", "charge": paid.charge, "reference": "R1"}
    first = till.gateway.refund(key="r1", amount=Money(7600, "USD"), **refund)
    assert (first.outcome, first.amount, first.reference) == ("settled", Money(7600, "USD"), "R1")
    assert till.gateway.refund(key="r1", amount=Money(7600, "USD"), **refund) == first
    with pytest.raises(GatewayRefused):
        till.gateway.refund(key="r2", amount=Money(7600, "USD"), **refund)
    assert till.gateway.look_up_refund(account="", refund=first.refund) == first


def test_a_refund_may_fail(till, sandbox):
    paid = till.confirm(till.open().intent)
    sandbox.control("order", what="fail-refund", operation="refunds.create")
    refund = till.gateway.refund(
        key="r", account="", charge=paid.charge, amount=AMOUNT, reference="R"
    )
    assert refund.outcome == "failed"


@pytest.mark.parametrize(
    ("amount", "at_the_gateway"),
    [
        (Money(5000, "JPY"), 5000),
        (Money(12340, "KWD"), 12340),
        (Money(700, "UGX"), 70000),
        (Money(700, "ISK"), 70000),
        (Money(1234, "EUR"), 1234),
    ],
)
def test_every_currency_arrives_and_comes_back(till, sandbox, amount, at_the_gateway):
    paid = till.confirm(till.open(amount=amount).intent)
    assert paid.amount == amount
    assert sandbox.charges()[0]["amount"] == at_the_gateway


# --- when it goes wrong ------------------------------------------------------------------

ACTED = ["act-then-time-out", "time-out-then-act", "error-after-acting", "broken-body", "cut-body"]
NOT_ACTED = ["error-before-acting", "hang", "refuse"]


@pytest.mark.parametrize("what", [*ACTED, *NOT_ACTED])
def test_a_lost_answer_is_unknown_and_can_be_asked_for(till, sandbox, what):
    opened = till.open()
    sandbox.control("order", what=what, seconds=0)
    with pytest.raises(GatewayUnavailable) as lost:
        till.confirm(opened.intent)
    assert not lost.value.before
    # Acting may come just after the connection is gone: the next request waits for it by the store's lock.
    if what == "time-out-then-act":
        sandbox.settled()
    assert till.look_up(opened.intent).outcome == ("succeeded" if what in ACTED else "open")
    assert till.confirm(opened.intent).outcome == "succeeded"
    assert len(sandbox.charges("P7K3-M9QX")) == 1


def test_silence_is_not_waited_for_longer_than_the_connector_says(till, sandbox):
    opened = till.open()
    sandbox.control("order", what="hang", seconds=60)
    with pytest.raises(GatewayUnavailable) as lost:
        till.confirm(opened.intent)
    assert not lost.value.before


def test_what_lands_late_is_under_way_until_then(till, sandbox, clock):
    opened = till.open()
    sandbox.control("order", what="act-late", seconds=3600)
    with pytest.raises(GatewayUnavailable):
        till.confirm(opened.intent)
    with pytest.raises(GatewayUnavailable) as busy:
        till.confirm(opened.intent)  # the same key while the first is under way
    assert not busy.value.before
    assert till.look_up(opened.intent).outcome == "open"
    clock.advance(hours=2)
    assert till.look_up(opened.intent).outcome == "succeeded"
    assert till.confirm(opened.intent).outcome == "succeeded"
    assert len(sandbox.charges()) == 1


def test_what_lands_after_it_was_cancelled_takes_nothing(till, sandbox, clock):
    opened = till.open()
    sandbox.control("order", what="act-late", seconds=3600)
    with pytest.raises(GatewayUnavailable):
        till.confirm(opened.intent)
    assert till.gateway.cancel_intent(account="", intent=opened.intent).outcome == "cancelled"
    clock.advance(hours=2)
    sandbox.run_late()
    assert till.look_up(opened.intent).outcome == "cancelled"
    assert sandbox.charges() == []


def test_nobody_there_means_nothing_was_sent(till, sandbox):
    opened = till.open()
    sandbox.stop()
    with pytest.raises(GatewayUnavailable) as down:
        till.confirm(opened.intent)
    assert down.value.before
    sandbox.start()
    assert till.confirm(opened.intent).outcome == "succeeded"


def test_too_many_requests_means_nothing_was_done(till, sandbox):
    opened = till.open()
    sandbox.control("order", what="error-before-acting", status=429)
    with pytest.raises(GatewayUnavailable) as busy:
        till.confirm(opened.intent)
    assert busy.value.before


def test_an_ordered_decline_and_an_ordered_bank_check(till, sandbox):
    opened = till.open()
    sandbox.control("order", what="decline", reason="do_not_honor", reference="P7K3-M9QX")
    assert till.confirm(opened.intent).decline == "generic"
    again = till.open(key="k2")
    sandbox.control("order", what="bank-check", reference="another-reference")
    sandbox.control("order", what="bank-check", reference="P7K3-M9QX")
    assert till.confirm(again.intent, key="k2").outcome == "action_required"


def test_the_sandbox_forgets_nothing_when_it_dies(till, sandbox):
    paid = till.confirm(till.open().intent)
    sandbox.stop()
    sandbox.start()
    assert till.look_up(paid.intent) == paid
    assert till.confirm(paid.intent) == paid  # the key's answer survived too
    assert len(sandbox.charges()) == 1


def test_the_same_seed_makes_the_same_names(till):
    from portico.connectors.gateways.sandbox.running import Sandbox
    from portico.connectors.gateways.setting_up import sandbox_gateway

    with Sandbox() as other:
        assert Till(sandbox_gateway(other.url), other).open().intent == till.open().intent


def test_a_wrong_key_is_refused(sandbox):
    from portico.connectors.gateways.stripe.gateway import StripeGateway

    wrong = StripeGateway(
        name="stripe", secret_key="sk_live_1", webhook_secrets=(), base_url=sandbox.url
    )
    with pytest.raises(GatewayRefused):
        wrong.look_up(account="", intent="pi_1")


def test_a_bank_account_pays_days_later(till, sandbox, clock):
    import urllib.parse
    import urllib.request

    page = till.page()
    form = {
        "kind": "bank",
        "holder": "Rosa Delgado",
        "routing": "110000000",
        "account": "000123456789",
    }
    request = urllib.request.Request(page.url, urllib.parse.urlencode(form).encode())

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.build_opener(Stay).open(request)
    assert answer.value.code == 303
    method = till.gateway.read_details(session=page.session, account="").method
    assert (method.kind, method.last4) == ("bank", "6789")
    opened = till.gateway.open_intent(
        key="b",
        account="",
        amount=AMOUNT,
        customer=page.customer,
        method=method.token,
        reference="B",
        descriptor="",
    )
    assert till.confirm(opened.intent).outcome == "processing"
    clock.advance(days=5)
    assert till.look_up(opened.intent).outcome == "succeeded"
