"""`POST /_control`: what tests order of the gateway, and what they ask it. See docs/handbook/sandbox.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from portico.connectors.gateways.sandbox import (
    api,
    details,
    forging,
    money,
    orders,
    refusing,
)
from portico.connectors.gateways.sandbox.cards import DECLINES
from portico.connectors.gateways.sandbox.events import Hook, deliver_due, post, sign
from portico.connectors.gateways.sandbox.store import Object, Store

KINDS = (
    "charge",
    "payment_intent",
    "refund",
    "payment_method",
    "checkout.session",
    "customer",
    "balance_transaction",
)


class NotUnderstood(ValueError):
    """The order names something that is not there. The message says what there is."""


def obey(store: Store, hook: Hook, order: Object) -> Object:
    """Do one order; the answer is JSON. `NotUnderstood` says what was wrong with it."""
    verb = _VERBS.get(str(order.get("do")))
    if verb is None:
        raise NotUnderstood(f"`do` is one of: {', '.join(sorted(_VERBS))}.")
    try:
        return verb(store, hook, order)
    except refusing.Refusal as refusal:
        raise NotUnderstood(str(refusal)) from None
    except (TypeError, ValueError, KeyError) as error:
        raise NotUnderstood(f"{type(error).__name__}: {error}") from None


def _list(store: Store, hook: Hook, order: Object) -> Object:
    kind = order.get("kind", "charge")
    if kind == "event":
        return {"data": _events(store)}
    if kind not in KINDS:
        raise NotUnderstood(f"`kind` is event or one of: {', '.join(KINDS)}.")
    return {
        "data": store.all(kind, account=order.get("account"), reference=order.get("reference", ""))
    }


def _order(store: Store, hook: Hook, order: Object) -> Object:
    what = order.get("what")
    if what not in orders.WHAT:
        raise NotUnderstood(f"`what` is one of: {', '.join(orders.WHAT)}.")
    reason = order.get("reason", "generic_decline")
    if what == "decline" and reason not in DECLINES:
        raise NotUnderstood(f"`reason` is one of: {', '.join(DECLINES)}.")
    known = ("do", "what", "operation", "reference", "times")
    orders.give(
        store,
        what,
        operation=order.get("operation", "payment_intents.confirm"),
        reference=order.get("reference", ""),
        times=int(order.get("times", 1)),
        options={key: value for key, value in order.items() if key not in known},
    )
    return {"ordered": what}


def _forget_orders(store: Store, hook: Hook, order: Object) -> Object:
    store.rows("delete from orders")
    for name in ("held", "order", "copies", "delay", "seed"):
        store.set(f"events.{name}", None)
    return {}


def _clock(store: Store, hook: Hook, order: Object) -> Object:
    store.set("clock", int(store.setting("clock") or 0) + int(order.get("seconds", 0)))
    return {"now": store.now(), "acted": orders.run_late(store)}


def _arrange_events(store: Store, hook: Hook, order: Object) -> Object:
    allowed = {"held": bool, "copies": int, "delay": int, "seed": int, "order": str}
    if order.get("order", "as-made") not in ("as-made", "reversed", "shuffled"):
        raise NotUnderstood("`order` is as-made, reversed or shuffled.")
    for name, kind in allowed.items():
        if name in order:
            store.set(f"events.{name}", kind(order[name]))
    return {}


def _release(store: Store, hook: Hook, order: Object) -> Object:
    store.set("events.held", False)
    store.rows("update events set due = ? where delivered = 0 and due is null", store.now())
    return {"delivered": deliver_due(store, hook)}


def _deliver(store: Store, hook: Hook, order: Object) -> Object:
    return {"delivered": deliver_due(store, hook)}


def _drop(store: Store, hook: Hook, order: Object) -> Object:
    store.rows("update events set due = null, delivered = 1 where delivered = 0")
    return {}


def _send(store: Store, hook: Hook, order: Object) -> Object:
    """Send chosen events now, in the given order, as often as they stand there."""
    events = {event["id"]: event for event in _events(store)}
    wanted = order.get("events") or list(events)
    answers = []
    for key in wanted:
        body = json.dumps(events[key]).encode()
        answers.append(post(hook, body, sign(body, hook.secrets, store.now())))
    return {"answers": answers}


def _inflate(store: Store, hook: Hook, order: Object) -> Object:
    false = forging.inflate(_event(store, order), store.new_id("evt"))
    body = json.dumps(false).encode()
    return {"answer": post(hook, body, sign(body, hook.secrets, store.now())), "event": false["id"]}


def _unknown(store: Store, hook: Hook, order: Object) -> Object:
    """A rightly signed event of a type or an object that nobody here knows."""
    false = _event(store, order) | {
        "id": store.new_id("evt"),
        "type": order.get("type", "moon.risen"),
    }
    if order.get("object"):
        false["data"] = {
            "object": false["data"]["object"] | {"id": order["object"], "metadata": {}}
        }
    body = json.dumps(false).encode()
    return {"answer": post(hook, body, sign(body, hook.secrets, store.now())), "event": false["id"]}


def _forge(store: Store, hook: Hook, order: Object) -> Object:
    if order.get("kind") not in forging.KINDS:
        raise NotUnderstood(f"`kind` is one of: {', '.join(forging.KINDS)}.")
    body, header = forging.forge(order["kind"], _event(store, order), hook.secrets, store.now())
    return {"answer": post(hook, body, header)}


def _refund(store: Store, hook: Hook, order: Object) -> Object:
    """A refund from the gateway's own side, of which the portal knows nothing."""
    with store.change():
        account = store.account_of(order["charge"])
        params = {"charge": order["charge"]} | (
            {"amount": order["amount"]} if order.get("amount") else {}
        )
        return money.refund(store, account, params)


def _bank_check(store: Store, hook: Hook, order: Object) -> Object:
    with store.change():
        intent = store.get("payment_intent", order["intent"])
        if intent is None:
            raise NotUnderstood("There is no such intent.")
        return money.finish_bank_check(store, intent, passed=bool(order.get("passed", True)))


def _complete(store: Store, hook: Hook, order: Object) -> Object:
    """Fill in the details page without a browser: `session`, `number`, `keep`."""
    return details.complete_with_card(
        store,
        order["session"],
        str(order.get("number", "4242424242424242")),
        keep=bool(order.get("keep")),
    )


def _remove_card(store: Store, hook: Hook, order: Object) -> Object:
    with store.change():
        method = store.get("payment_method", order["method"])
        if method is None:
            raise NotUnderstood("There is no such method.")
        return api.detach(store, store.account_of(method["id"]), method)


def _status(store: Store, hook: Hook, order: Object) -> Object:
    waiting = store.rows("select count(*) from events where delivered = 0")[0][0]
    return {"test": True, "now": store.now(), "events_waiting": waiting}


def _events(store: Store) -> list[Object]:
    return [json.loads(row["data"]) for row in store.rows("select data from events order by seq")]


def _event(store: Store, order: Object) -> Any:
    found = [e for e in _events(store) if e["id"] == order.get("event")] or _events(store)[-1:]
    if not found:
        raise NotUnderstood("There is no event yet.")
    return found[0]


_VERBS: dict[str, Callable[[Store, Hook, Object], Object]] = {
    "list": _list,
    "order": _order,
    "forget-orders": _forget_orders,
    "clock": _clock,
    "events": _arrange_events,
    "release": _release,
    "deliver": _deliver,
    "drop": _drop,
    "send": _send,
    "inflate": _inflate,
    "unknown": _unknown,
    "forge": _forge,
    "refund": _refund,
    "bank-check": _bank_check,
    "complete-details": _complete,
    "remove-card": _remove_card,
    "status": _status,
}
