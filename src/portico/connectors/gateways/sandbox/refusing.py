"""Refusals in the shape of Stripe's errors."""

from __future__ import annotations

from portico.connectors.gateways.sandbox.store import Object


class Refusal(Exception):
    """An answer other than 200. `extra` joins the error object (a decline carries its intent)."""

    def __init__(self, status: int, kind: str, code: str, message: str, **extra: object) -> None:
        super().__init__(message)
        self.status = status
        self.body: Object = {
            "error": {"type": kind, "code": code or None, "message": message, **extra}
        }


def missing(kind: str, key: str) -> Refusal:
    return Refusal(404, "invalid_request_error", "resource_missing", f"No such {kind}: '{key}'")


def wrong(message: str, *, param: str = "", code: str = "") -> Refusal:
    return Refusal(400, "invalid_request_error", code, message, param=param or None)


def unexpected_state(intent: Object) -> Refusal:
    """The intent has moved on; the error says where it is now."""
    message = f"This PaymentIntent's status is {intent['status']}, so it cannot do that."
    return Refusal(
        400,
        "invalid_request_error",
        "payment_intent_unexpected_state",
        message,
        payment_intent=intent,
    )


def declined(code: str, decline_code: str, intent: Object, charge: str) -> Refusal:
    return Refusal(
        402,
        "card_error",
        code,
        "The payment was declined.",
        decline_code=decline_code,
        payment_intent=intent,
        charge=charge,
    )
