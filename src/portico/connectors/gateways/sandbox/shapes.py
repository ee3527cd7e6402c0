"""Objects in the shape of Stripe's API: only the fields that a connector reads, with Stripe's names."""

from __future__ import annotations

from typing import Any

from portico.connectors.gateways.sandbox.store import Object

API_VERSION = "2026-10-28.endive"


def customer(key: str, now: int, params: Object) -> Object:
    return {
        "id": key,
        "object": "customer",
        "created": now,
        "email": params.get("email"),
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "name": params.get("name"),
    }


def session(key: str, now: int, params: Object, *, setup_intent: str, url: str) -> Object:
    return {
        "id": key,
        "object": "checkout.session",
        "cancel_url": params.get("cancel_url"),
        "created": now,
        "currency": params.get("currency"),
        "customer": params.get("customer"),
        "customer_details": {"email": params.get("customer_email")},
        "custom_text": params.get("custom_text", {}),
        "expires_at": int(params.get("expires_at") or now + 24 * 3600),
        "livemode": False,
        "locale": params.get("locale", "auto"),
        "metadata": params.get("metadata", {}),
        "mode": "setup",
        "payment_method_types": params.get("payment_method_types", ["card"]),
        "payment_status": "no_payment_required",
        "setup_intent": setup_intent,
        "status": "open",
        "success_url": params.get("success_url"),
        "url": url,
    }


def setup_intent(key: str, now: int, params: Object) -> Object:
    return {
        "id": key,
        "object": "setup_intent",
        "created": now,
        "customer": params.get("customer"),
        "last_setup_error": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "payment_method": None,
        "payment_method_types": params.get("payment_method_types", ["card"]),
        "status": "requires_payment_method",
        "usage": "off_session",
    }


def card_method(
    key: str, now: int, *, brand: str, last4: str, exp: tuple[int, int], name: str, postal_code: str
) -> Object:
    return _method(key, now, "card", name, postal_code) | {
        "card": {
            "brand": brand,
            "checks": {"cvc_check": "pass", "address_postal_code_check": "pass"},
            "display_brand": brand,
            "exp_month": exp[0],
            "exp_year": exp[1],
            "funding": "credit",
            "last4": last4,
        }
    }


def bank_method(key: str, now: int, *, last4: str, name: str) -> Object:
    return _method(key, now, "us_bank_account", name, "") | {
        "us_bank_account": {
            "account_holder_type": "individual",
            "account_type": "checking",
            "bank_name": "STRIPE TEST BANK",
            "last4": last4,
            "routing_number": "110000000",
        }
    }


def _method(key: str, now: int, kind: str, name: str, postal_code: str) -> Object:
    return {
        "id": key,
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": {"name": name, "address": {"postal_code": postal_code or None}},
        "created": now,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
    }


def payment_intent(key: str, now: int, params: Object) -> Object:
    method = params.get("payment_method") or None
    return {
        "id": key,
        "object": "payment_intent",
        "amount": int(params["amount"]),
        "amount_received": 0,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{key}_secret_none",
        "created": now,
        "currency": params["currency"],
        "customer": params.get("customer"),
        "description": params.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "next_action": None,
        "payment_method": method,
        "payment_method_types": params.get("payment_method_types", ["card"]),
        "receipt_email": params.get("receipt_email"),
        "statement_descriptor": params.get("statement_descriptor"),
        "statement_descriptor_suffix": params.get("statement_descriptor_suffix"),
        "status": "requires_confirmation" if method else "requires_payment_method",
    }


def charge(key: str, now: int, intent: Object, method: Object, transaction: str | None) -> Object:
    kind = method["type"]
    shown = {name: method[kind][name] for name in ("brand", "last4") if name in method[kind]}
    return {
        "id": key,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": transaction,
        "captured": False,
        "created": now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": kind, kind: shown},
        "refunded": False,
        "status": "pending",
    }


def balance_transaction(
    key: str, now: int, *, kind: str, source: str, amount: int, fee: int, currency: str
) -> Object:
    return {
        "id": key,
        "object": "balance_transaction",
        "amount": amount,
        "created": now,
        "currency": currency,
        "fee": fee,
        "fee_details": [{"amount": fee, "currency": currency, "type": "stripe_fee"}] if fee else [],
        "net": amount - fee,
        "reporting_category": kind,
        "source": source,
        "status": "available",
        "type": kind,
    }


def refund(key: str, now: int, charged: Object, params: Object, amount: int) -> Object:
    return {
        "id": key,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charged["id"],
        "created": now,
        "currency": charged["currency"],
        "failure_reason": None,
        "metadata": params.get("metadata", {}),
        "payment_intent": charged["payment_intent"],
        "reason": params.get("reason"),
        "status": "pending",
    }


def event(key: str, now: int, kind: str, thing: Object, *, account: str) -> Object:
    shape: dict[str, Any] = {
        "id": key,
        "object": "event",
        "api_version": API_VERSION,
        "created": now,
        "data": {"object": thing},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
    return shape | ({"account": account} if account else {})


def listing(url: str, data: list[Object], *, has_more: bool) -> Object:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
