"""Amounts as Stripe counts them. Source: Stripe's documentation, "Supported currencies" (minor units, special cases).

Ours are minor units of ISO 4217. For most currencies both are the same.
"""

from __future__ import annotations

from portico.connectors.gateways.stripe.refusing import CannotCharge, StrangeAmount
from portico.platform.kernel.money import Money, exponent_of

# Stripe takes whole units of these.
ZERO_DECIMAL = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
# No fraction exists, but Stripe counts them in hundredths, of which the last two must be 0.
HUNDREDTHS_OF_WHOLE = frozenset({"ISK", "UGX"})
# Counted in thousandths, of which the last must be 0.
THREE_DECIMAL = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# Charged in hundredths like any other, but paid out in whole units only.
WHOLE_PAYOUTS = frozenset({"HUF", "TWD"})


def to_stripe(amount: Money) -> tuple[int, str]:
    """Stripe's integer and lower-case currency. `CannotCharge` where it cannot take that amount exactly."""
    scaled = amount.minor * 10 ** _digits(amount.currency)
    shift = 10 ** exponent_of(amount.currency)
    if scaled % shift:
        raise CannotCharge(f"{amount}: Stripe takes whole units of {amount.currency}")
    count = scaled // shift
    if amount.currency in THREE_DECIMAL and count % 10:
        raise CannotCharge(f"{amount}: the last digit must be 0 for Stripe")
    return count, amount.currency.lower()


def from_stripe(count: int, currency: str) -> Money:
    """Our amount. `StrangeAmount` when it is no whole number of our minor units."""
    code = currency.upper()
    scaled = count * 10 ** exponent_of(code)
    shift = 10 ** _digits(code)
    if scaled % shift:
        raise StrangeAmount(f"{count} {code} has fractions that the currency does not have")
    return Money(scaled // shift, code)


def is_whole_payout(amount: Money) -> bool:
    """May Stripe pay this amount out? HUF and TWD leave in whole units only."""
    return amount.currency not in WHOLE_PAYOUTS or amount.minor % 100 == 0


def _digits(currency: str) -> int:
    """How many decimal digits Stripe counts in."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2
