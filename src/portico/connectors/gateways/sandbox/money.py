"""How intents, charges and refunds move. The only place where the sandbox pretends to move money."""

from __future__ import annotations

from portico.connectors.gateways.sandbox import refusing, shapes
from portico.connectors.gateways.sandbox.cards import DECLINES
from portico.connectors.gateways.sandbox.events import announce
from portico.connectors.gateways.sandbox.store import Object, Store

UNDECIDED = ("requires_payment_method", "requires_confirmation", "requires_action")


def create_intent(store: Store, account: str, params: Object) -> Object:
    """A new intent. No money moves."""
    amount = str(params.get("amount", ""))
    if not amount.isascii() or not amount.isdigit() or not 1 <= int(amount) <= 99_999_999:
        raise refusing.wrong(
            "Invalid positive integer", param="amount", code="parameter_invalid_integer"
        )
    if len(str(params.get("currency", ""))) != 3:
        raise refusing.wrong(
            "Missing required param: currency.", param="currency", code="parameter_missing"
        )
    method = params.get("payment_method")
    if method:
        _usable_method(store, account, str(method), params.get("customer"))
    intent = shapes.payment_intent(
        store.new_id("pi"), store.now(), params | {"currency": params["currency"].lower()}
    )
    store.add(intent, account=account)
    announce(store, account, "payment_intent.created", intent)
    return intent


def confirm_intent(
    store: Store, account: str, intent: Object, *, return_url: str, base_url: str, forced: str = ""
) -> Object:
    """Charge, or ask for a bank check, or raise the decline. `forced` outdoes the card's own behaviour."""
    if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
        raise refusing.unexpected_state(intent)
    if not intent["payment_method"]:
        raise refusing.wrong("You cannot confirm without a payment method.", param="payment_method")
    method = _usable_method(store, account, intent["payment_method"], intent["customer"])
    behaviour = forced or store.secret(method["id"]).get("behaviour", "pays")
    if behaviour.startswith("bank_check"):
        url = f"{base_url}/bank-check/{intent['id']}"
        intent |= {
            "status": "requires_action",
            "last_payment_error": None,
            "next_action": {
                "type": "redirect_to_url",
                "redirect_to_url": {"url": url, "return_url": return_url},
            },
        }
        store.save(intent)
        announce(store, account, "payment_intent.requires_action", intent)
        return intent
    if method["type"] == "us_bank_account":
        return _start_debit(store, account, intent, method)
    if behaviour in DECLINES:
        raise decline(store, account, intent, behaviour)
    return capture(store, account, intent)


def capture(store: Store, account: str, intent: Object) -> Object:
    """The money has moved: a charge with its fee."""
    charge = _charge_of(store, account, intent)
    fee = fee_of(charge["amount"])
    transaction = shapes.balance_transaction(
        store.new_id("txn"),
        store.now(),
        kind="charge",
        source=charge["id"],
        amount=charge["amount"],
        fee=fee,
        currency=charge["currency"],
    )
    store.add(transaction, account=account, parent=charge["id"])
    charge |= {
        "amount_captured": charge["amount"],
        "balance_transaction": transaction["id"],
        "captured": True,
        "outcome": {"type": "authorized", "network_status": "approved_by_network"},
        "paid": True,
        "status": "succeeded",
    }
    store.save(charge)
    intent |= {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "status": "succeeded",
    }
    store.save(intent)
    announce(store, account, "charge.succeeded", charge)
    announce(store, account, "payment_intent.succeeded", intent)
    return intent


def decline(store: Store, account: str, intent: Object, behaviour: str) -> refusing.Refusal:
    """The bank said no: a failed charge, and the error to raise. No money moves."""
    code, decline_code = DECLINES.get(behaviour, DECLINES["generic_decline"])
    charge = _charge_of(store, account, intent)
    charge |= {
        "failure_code": code,
        "failure_message": "The payment was declined.",
        "status": "failed",
    }
    charge["outcome"] = {"type": "issuer_declined", "reason": decline_code}
    store.save(charge)
    _fail(
        store,
        intent,
        {"type": "card_error", "code": code, "decline_code": decline_code, "charge": charge["id"]},
    )
    intent["latest_charge"] = charge["id"]
    store.save(intent)
    announce(store, account, "charge.failed", charge)
    announce(store, account, "payment_intent.payment_failed", intent)
    return refusing.declined(code, decline_code, intent, charge["id"])


def finish_bank_check(store: Store, intent: Object, *, passed: bool) -> Object:
    """The payer has answered their bank."""
    account = store.account_of(intent["id"])
    if intent["status"] != "requires_action":
        return intent
    if not passed:
        error = {
            "type": "card_error",
            "code": "payment_intent_authentication_failure",
            "decline_code": None,
        }
        _fail(store, intent, error)
        announce(store, account, "payment_intent.payment_failed", intent)
        return intent
    behaviour = store.secret(intent["payment_method"]).get("behaviour", "")
    if behaviour == "bank_check_then_decline":
        decline(store, account, intent, "generic_decline")
        return intent
    return capture(store, account, intent)


def cancel_intent(store: Store, account: str, intent: Object, reason: str | None) -> Object:
    """Void an intent that has not decided yet. Confirming it later is refused."""
    if intent["status"] not in UNDECIDED:
        raise refusing.unexpected_state(intent)
    intent |= {
        "canceled_at": store.now(),
        "cancellation_reason": reason or "requested_by_customer",
        "next_action": None,
        "status": "canceled",
    }
    store.save(intent)
    announce(store, account, "payment_intent.canceled", intent)
    return intent


def settle_debit(store: Store, intent_id: str) -> None:
    """Days later: the bank debit has cleared, or has not."""
    intent = store.get("payment_intent", intent_id)
    if intent is None or intent["status"] != "processing":
        return
    account = store.account_of(intent_id)
    if store.secret(intent["payment_method"]).get("behaviour") == "bank_fails":
        decline(store, account, intent, "insufficient_funds")
    else:
        capture(store, account, intent)


def refund(store: Store, account: str, params: Object, *, fails: bool = False) -> Object:
    """Pay back a part or all of a charge."""
    charge = store.get("charge", str(params.get("charge", "")), account)
    if charge is None and params.get("payment_intent"):
        intent = store.get("payment_intent", str(params["payment_intent"]), account)
        charge = store.get("charge", str(intent and intent["latest_charge"]), account)
    if charge is None:
        raise refusing.missing("charge", str(params.get("charge", "")))
    left = charge["amount_captured"] - charge["amount_refunded"]
    asked = str(params.get("amount", left))
    if not asked.isascii() or not asked.isdigit() or int(asked) < 1:
        raise refusing.wrong(
            "Invalid positive integer", param="amount", code="parameter_invalid_integer"
        )
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise refusing.wrong(message, code="charge_already_refunded")
    if int(asked) > left:
        message = f"Refund amount ({asked}) is greater than unrefunded amount on charge ({left})"
        raise refusing.wrong(message, param="amount")
    made = shapes.refund(store.new_id("re"), store.now(), charge, params, int(asked))
    store.add(made, account=account, parent=charge["id"])
    if fails:
        made |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
        store.save(made)
        announce(store, account, "refund.failed", made)
        return made
    _pay_back(store, account, charge, made)
    return made


def fee_of(amount: int) -> int:
    """2.9 % and 30 minor units, half up: what Stripe lists for cards in the United States."""
    return (amount * 29 + 500) // 1000 + 30


def _pay_back(store: Store, account: str, charge: Object, made: Object) -> None:
    transaction = shapes.balance_transaction(
        store.new_id("txn"),
        store.now(),
        kind="refund",
        source=made["id"],
        amount=-made["amount"],
        fee=0,
        currency=charge["currency"],
    )
    store.add(transaction, account=account, parent=made["id"])
    made |= {"status": "succeeded", "balance_transaction": transaction["id"]}
    store.save(made)
    charge["amount_refunded"] += made["amount"]
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    store.save(charge)
    announce(store, account, "refund.created", made)
    announce(store, account, "charge.refunded", charge)


def _start_debit(store: Store, account: str, intent: Object, method: Object) -> Object:
    charge = _charge_of(store, account, intent)
    intent |= {"status": "processing", "latest_charge": charge["id"], "next_action": None}
    store.save(intent)
    store.rows(
        "insert into late (due, operation, call) values (?, 'settle_debit', ?)",
        store.now() + 4 * 24 * 3600,
        f'"{intent["id"]}"',
    )
    announce(store, account, "charge.pending", charge)
    announce(store, account, "payment_intent.processing", intent)
    return intent


def _charge_of(store: Store, account: str, intent: Object) -> Object:
    """The pending charge of a debit that goes on, else a new one."""
    known = store.get("charge", intent["latest_charge"] or "", account)
    if known is not None and known["status"] == "pending":
        return known
    method = store.get("payment_method", intent["payment_method"], account)
    assert method is not None
    charge = shapes.charge(store.new_id("ch"), store.now(), intent, method, None)
    return store.add(charge, account=account, parent=intent["id"])


def _fail(store: Store, intent: Object, error: Object) -> None:
    intent |= {
        "last_payment_error": {"message": "The payment was declined.", **error},
        "next_action": None,
        "status": "requires_payment_method",
    }
    store.save(intent)


def _usable_method(store: Store, account: str, key: str, customer: object) -> Object:
    method = store.get("payment_method", key, account)
    if method is None:
        raise refusing.missing("PaymentMethod", key)
    if store.secret(key).get("detached") or (customer and method["customer"] != customer):
        message = "The PaymentMethod was detached, or belongs to another Customer."
        raise refusing.wrong(
            message, param="payment_method", code="payment_method_unexpected_state"
        )
    return method
