"""Stripe's objects in the payments' own words."""

from __future__ import annotations

from typing import Any

from portico.connectors.gateways.stripe.amounts import from_stripe
from portico.connectors.gateways.stripe.refusing import StrangeAmount
from portico.domain.payments.ports import (
    Answer,
    GatewayUnavailable,
    MethodView,
    Outcome,
    RefundAnswer,
    RefundOutcome,
)
from portico.platform.kernel.money import Money

# Families of declines. Lost, stolen and suspected fraud are told to nobody: they are generic.
FAMILIES = {
    "insufficient_funds": "insufficient_funds",
    "withdrawal_count_limit_exceeded": "insufficient_funds",
    "expired_card": "expired_card",
    "invalid_expiry_month": "expired_card",
    "invalid_expiry_year": "expired_card",
    "incorrect_cvc": "wrong_code",
    "invalid_cvc": "wrong_code",
    "incorrect_zip": "wrong_zip",
    "authentication_required": "bank_check_failed",
    "payment_intent_authentication_failure": "bank_check_failed",
}
_OUTCOMES: dict[str, Outcome] = {
    "requires_payment_method": "open",
    "requires_confirmation": "open",
    "requires_action": "action_required",
    "processing": "processing",
    "requires_capture": "processing",
    "succeeded": "succeeded",
    "canceled": "cancelled",
}
_REFUNDS: dict[str, RefundOutcome] = {
    "pending": "processing",
    "requires_action": "processing",
    "succeeded": "settled",
    "failed": "failed",
    "canceled": "failed",
}


def family_of(error: dict[str, Any]) -> str:
    """The family of a decline; `generic` for all that should not be told or is not known."""
    for name in (error.get("decline_code"), error.get("code")):
        if name in FAMILIES:
            return FAMILIES[name]
    return "generic"


def answer_of(intent: dict[str, Any], *, error: dict[str, Any] | None = None) -> Answer:
    """What a payment intent says. Raises `GatewayUnavailable` when it says nothing that we know."""
    try:
        outcome = _OUTCOMES[intent["status"]]
        error = error or intent.get("last_payment_error")
        if outcome == "open" and error:
            outcome = "declined"
        charge = intent.get("latest_charge")
        url = ((intent.get("next_action") or {}).get("redirect_to_url") or {}).get("url")
        received = intent["amount_received"] if outcome == "succeeded" else intent["amount"]
        return Answer(
            outcome=outcome,
            intent=intent["id"],
            charge=(charge["id"] if isinstance(charge, dict) else charge) or "",
            amount=from_stripe(received, intent["currency"]),
            fee=_fee_of(charge),
            decline=family_of(error or {}) if outcome == "declined" else "",
            action_url=url or "",
            raw_status=intent["status"],
        )
    except (KeyError, TypeError, AttributeError, ValueError) as sense:
        raise GatewayUnavailable("an intent without sense") from sense


def refund_of(refund: dict[str, Any]) -> RefundAnswer:
    """What a refund says."""
    try:
        return RefundAnswer(
            outcome=_REFUNDS[refund["status"]],
            refund=refund["id"],
            charge=refund["charge"] or "",
            amount=from_stripe(refund["amount"], refund["currency"]),
            reference=(refund.get("metadata") or {}).get("reference", ""),
            raw_status=refund["status"],
        )
    except (KeyError, TypeError, AttributeError, ValueError) as sense:
        raise GatewayUnavailable("a refund without sense") from sense


def method_of(method: dict[str, Any]) -> MethodView:
    """A card or bank account, as it may be shown."""
    holder = (method.get("billing_details") or {}).get("name") or ""
    if method["type"] == "us_bank_account":
        bank = method["us_bank_account"]
        name = bank.get("bank_name") or ""
        return MethodView(method["id"], name, bank["last4"], None, None, holder, "bank")
    card = method["card"]
    return MethodView(
        method["id"],
        card.get("display_brand") or card["brand"],
        card["last4"],
        card["exp_month"],
        card["exp_year"],
        holder,
        "card",
    )


def _fee_of(charge: Any) -> Money | None:
    transaction = charge.get("balance_transaction") if isinstance(charge, dict) else None
    if not isinstance(transaction, dict):
        return None
    try:
        return from_stripe(transaction["fee"], transaction["currency"])
    except StrangeAmount:
        return None  # a fee is our business, never a reason to doubt that money moved
