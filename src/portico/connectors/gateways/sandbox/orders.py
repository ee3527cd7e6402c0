"""What the control may order the gateway to do wrong, and how a request with an order ends."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from portico.connectors.gateways.sandbox import api, money
from portico.connectors.gateways.sandbox.api import ApiCall, Reply
from portico.connectors.gateways.sandbox.store import Object, Store

# What each order does to the next request that fits it. *Acts*: the money moves.
WHAT = {
    "act-then-time-out": "acts, and never answers",
    "time-out-then-act": "lets go of the connection, and acts afterwards",
    "act-late": "never answers, and acts after `seconds`",
    "error-after-acting": "acts, and answers 500",
    "error-before-acting": "answers 500 (or `status`) without acting",
    "broken-body": "acts, and answers 200 with a page of HTML",
    "cut-body": "acts, and breaks off in the middle of the answer",
    "hang": "neither acts nor answers for `seconds` (60), then lets go",
    "refuse": "lets go of the connection at once, without acting",
    "decline": "declines for `reason`, whatever the card",
    "bank-check": "asks for a bank check, whatever the card",
    "fail-refund": "makes a refund that failed",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a request ends: `reply` None means no answer; `hold` seconds of silence come first."""

    reply: Reply | None
    hold: float = 0
    raw: bytes | None = None  # sent as it is in place of the reply's JSON
    cut: bool = False
    afterwards: ApiCall | None = None  # to be done once the connection is gone


def give(
    store: Store, what: str, *, operation: str, reference: str, times: int, options: Object
) -> None:
    """Note an order. It fits requests of the operation, and of the reference if one is named."""
    store.rows(
        "insert into orders (operation, reference, what, times, options) values (?, ?, ?, ?, ?)",
        operation,
        reference,
        what,
        times,
        json.dumps(options),
    )


def handle(store: Store, call: ApiCall) -> Ending:
    """Perform a request, under the first order that fits it."""
    order = _take(store, call)
    if order is None:
        return Ending(api.perform(store, call))
    what, options = order
    return _ENDINGS[what](store, call, options)


def run_late(store: Store) -> int:
    """Let what was ordered to act late act, where its time has come. How many acted."""
    ran = 0
    with store.change():
        for row in store.rows("select * from late where due <= ? order by due, id", store.now()):
            store.rows("delete from late where id = ?", row["id"])
            if row["operation"] == "settle_debit":
                money.settle_debit(store, json.loads(row["call"]))
            else:
                api.finish(store, ApiCall(**json.loads(row["call"])))
            ran += 1
    return ran


def _take(store: Store, call: ApiCall) -> tuple[str, Object] | None:
    name = api.name_of(call)
    with store.change():
        for row in store.rows("select * from orders where times > 0 order by id"):
            fits = row["operation"] in ("*", name) or name.startswith(f"{row['operation']}.")
            if fits and row["reference"] in ("", _reference_of(store, call)):
                store.rows("update orders set times = times - 1 where id = ?", row["id"])
                return row["what"], json.loads(row["options"])
    return None


def _reference_of(store: Store, call: ApiCall) -> str:
    given = call.params.get("metadata")
    if isinstance(given, dict) and "reference" in given:
        return str(given["reference"])
    for part in call.path.split("/"):
        thing = store.find(part, call.account)
        if thing is not None:
            return str((thing.get("metadata") or {}).get("reference", ""))
    return ""


def _act_then_time_out(store: Store, call: ApiCall, options: Object) -> Ending:
    api.perform(store, call)
    return Ending(None, hold=float(options.get("seconds", 0)))


def _time_out_then_act(store: Store, call: ApiCall, options: Object) -> Ending:
    return Ending(None, hold=float(options.get("seconds", 0)), afterwards=call)


def _act_late(store: Store, call: ApiCall, options: Object) -> Ending:
    with store.change():
        api.begin(store, call)
        store.rows(
            "insert into late (due, operation, call) values (?, ?, ?)",
            store.now() + int(options.get("seconds", 3600)),
            api.name_of(call),
            call.as_json(),
        )
    return Ending(None)


def _error_after(store: Store, call: ApiCall, options: Object) -> Ending:
    api.perform(store, call)
    return Ending(_error(500))


def _error_before(store: Store, call: ApiCall, options: Object) -> Ending:
    return Ending(_error(int(options.get("status", 500))))


def _broken_body(store: Store, call: ApiCall, options: Object) -> Ending:
    reply = api.perform(store, call)
    return Ending(reply, raw=b"<html><body>Welcome to nginx</body></html>")


def _cut_body(store: Store, call: ApiCall, options: Object) -> Ending:
    return Ending(api.perform(store, call), cut=True)


def _hang(store: Store, call: ApiCall, options: Object) -> Ending:
    return Ending(None, hold=float(options.get("seconds", 60)))


def _refuse(store: Store, call: ApiCall, options: Object) -> Ending:
    return Ending(None)


def _decline(store: Store, call: ApiCall, options: Object) -> Ending:
    reason = str(options.get("reason", "generic_decline"))
    return Ending(api.perform(store, replace(call, forced=reason)))


def _bank_check(store: Store, call: ApiCall, options: Object) -> Ending:
    return Ending(api.perform(store, replace(call, forced="bank_check")))


def _fail_refund(store: Store, call: ApiCall, options: Object) -> Ending:
    return Ending(api.perform(store, replace(call, forced="refund_fails")))


def _error(status: int) -> Reply:
    kind = "rate_limit_error" if status == 429 else "api_error"
    return Reply(status, {"error": {"type": kind, "message": "Something went wrong on our end."}})


_ENDINGS = {
    "act-then-time-out": _act_then_time_out,
    "time-out-then-act": _time_out_then_act,
    "act-late": _act_late,
    "error-after-acting": _error_after,
    "error-before-acting": _error_before,
    "broken-body": _broken_body,
    "cut-body": _cut_body,
    "hang": _hang,
    "refuse": _refuse,
    "decline": _decline,
    "bank-check": _bank_check,
    "fail-refund": _fail_refund,
}
