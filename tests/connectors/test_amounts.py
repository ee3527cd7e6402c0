"""Amounts on their way to Stripe and back (invariant I11)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.connectors.gateways.stripe.amounts import from_stripe, is_whole_payout, to_stripe
from portico.connectors.gateways.stripe.answers import answer_of
from portico.connectors.gateways.stripe.refusing import CannotCharge, StrangeAmount
from portico.domain.payments.ports import GatewayUnavailable
from portico.platform.kernel.money import Money

CURRENCIES = [
    "USD",
    "EUR",
    "JPY",
    "KRW",
    "KWD",
    "BHD",
    "TND",
    "ISK",
    "UGX",
    "HUF",
    "TWD",
    "XOF",
    "MGA",
]


@pytest.mark.parametrize(
    ("amount", "count"),
    [
        (Money(14260, "USD"), 14260),
        (Money(142, "JPY"), 142),
        (Money(142, "XOF"), 142),
        (Money(14260, "KWD"), 14260),
        (Money(142, "ISK"), 14200),
        (Money(142, "UGX"), 14200),
        (Money(14250, "HUF"), 14250),
        (Money(14250, "TWD"), 14250),
        (Money(14200, "MGA"), 142),
    ],
)
def test_what_stripe_is_told(amount, count):
    assert to_stripe(amount) == (count, amount.currency.lower())
    assert from_stripe(count, amount.currency.lower()) == amount


@pytest.mark.parametrize("amount", [Money(14265, "KWD"), Money(1, "BHD"), Money(14250, "MGA")])
def test_what_stripe_cannot_take_exactly_is_refused_and_never_rounded(amount):
    with pytest.raises(CannotCharge):
        to_stripe(amount)


@pytest.mark.parametrize("currency", ["ISK", "UGX"])
def test_a_fraction_that_does_not_exist_is_not_read(currency):
    with pytest.raises(StrangeAmount):
        from_stripe(14250, currency)


@pytest.mark.parametrize("currency", ["HUF", "TWD"])
def test_forints_and_taiwan_dollars_are_paid_out_whole(currency):
    assert is_whole_payout(Money(14200, currency))
    assert not is_whole_payout(Money(14250, currency))
    assert is_whole_payout(Money(14250, "USD"))


@given(st.integers(1, 10**9), st.sampled_from(CURRENCIES))
def test_what_arrives_is_what_was_sent(minor, currency):
    try:
        count, code = to_stripe(Money(minor, currency))
    except CannotCharge:
        return
    assert from_stripe(count, code) == Money(minor, currency)


def test_a_strange_amount_leaves_the_outcome_unknown_instead_of_refused():
    intent = {
        "id": "pi_1",
        "status": "succeeded",
        "amount": 150,
        "amount_received": 150,
        "currency": "isk",
    }
    with pytest.raises(GatewayUnavailable):
        answer_of(intent | {"latest_charge": None})
