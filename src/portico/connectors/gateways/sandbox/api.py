"""The part of Stripe's API that connectors use, with its idempotency, lists and expansion."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from portico.connectors.gateways.sandbox import money, refusing, shapes
from portico.connectors.gateways.sandbox.events import announce
from portico.connectors.gateways.sandbox.store import Object, Store

KEY_LIVES = 24 * 3600


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One request to the API. `params` joins query and body."""

    method: str
    path: str
    params: Object
    account: str = ""
    key: str = ""
    forced: str = ""  # a behaviour that outdoes the card's own
    base_url: str = ""

    def as_json(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and the JSON to send."""

    status: int
    body: Object
    headers: dict[str, str] = field(default_factory=dict)


Operation = Callable[..., Object]
_operations: list[tuple[str, re.Pattern[str], str, Operation]] = []


def _on(method: str, path: str, name: str) -> Callable[[Operation], Operation]:
    pattern = re.compile("^" + path.replace("{id}", r"([A-Za-z0-9_]+)") + "$")

    def decorate(operation: Operation) -> Operation:
        _operations.append((method, pattern, name, operation))
        return operation

    return decorate


def name_of(call: ApiCall) -> str:
    """The operation's name, such as `payment_intents.confirm`; empty when there is none."""
    found = _find(call)
    return found[0] if found else ""


def perform(store: Store, call: ApiCall) -> Reply:
    """Do what is asked, once a key: act and keep the answer in one transaction."""
    with store.change():
        known = _known_answer(store, call)
        if known is not None:
            return known
        status, body = _act(store, call)
        _keep_answer(store, call, status, body)
        return Reply(status, body)


def begin(store: Store, call: ApiCall) -> None:
    """Note that a request with this key is under way: a second one gets 409 until it ends."""
    if call.key and call.method == "POST":
        store.rows(
            "insert or ignore into answers (account, key, fingerprint, created) values (?, ?, ?, ?)",
            call.account,
            call.key,
            _fingerprint(call),
            store.now(),
        )


def finish(store: Store, call: ApiCall) -> None:
    """Let a request that was under way act now. Its answer stays for whoever asks with its key."""
    with store.change():
        status, body = _act(store, call)
        _keep_answer(store, call, status, body)


def _act(store: Store, call: ApiCall) -> tuple[int, Object]:
    found = _find(call)
    if found is None:
        message = f"Unrecognized request URL ({call.method}: {call.path})."
        return 404, refusing.wrong(message).body
    _, operation, groups = found
    try:
        body = operation(store, call, *groups)
    except refusing.Refusal as refusal:
        return refusal.status, refusal.body
    return 200, _expanded(store, call, body)


def _find(call: ApiCall) -> tuple[str, Operation, tuple[str, ...]] | None:
    for method, pattern, name, operation in _operations:
        match = pattern.match(call.path)
        if match and method == call.method:
            return name, operation, match.groups()
    return None


def _fingerprint(call: ApiCall) -> str:
    text = json.dumps([call.method, call.path, call.params], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _known_answer(store: Store, call: ApiCall) -> Reply | None:
    if not call.key or call.method != "POST":
        return None
    store.rows("delete from answers where created <= ?", store.now() - KEY_LIVES)
    found = store.rows(
        "select fingerprint, status, body from answers where account = ? and key = ?",
        call.account,
        call.key,
    )
    if not found:
        return None
    row = found[0]
    if row["fingerprint"] != _fingerprint(call):
        message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        return Reply(400, refusing.Refusal(400, "idempotency_error", "", message).body)
    if row["status"] is None:
        message = "There is currently another in-progress request using this idempotency key."
        kind = "invalid_request_error"
        return Reply(409, refusing.Refusal(409, kind, "idempotency_key_in_use", message).body)
    return Reply(row["status"], json.loads(row["body"]), {"Idempotent-Replayed": "true"})


def _keep_answer(store: Store, call: ApiCall, status: int, body: Object) -> None:
    if not call.key or call.method != "POST":
        return
    store.rows(
        "insert or replace into answers (account, key, fingerprint, created, status, body)"
        " values (?, ?, ?, ?, ?, ?)",
        call.account,
        call.key,
        _fingerprint(call),
        store.now(),
        status,
        json.dumps(body),
    )


# --- expansion and lists -----------------------------------------------------------------


def _expanded(store: Store, call: ApiCall, body: Object) -> Object:
    paths = call.params.get("expand", [])
    for path in paths if isinstance(paths, list) else [paths]:
        parts = str(path).split(".")
        if parts[0] == "data" and isinstance(body.get("data"), list):
            for row in body["data"]:
                _expand(store, call.account, row, parts[1:])
        else:
            _expand(store, call.account, body, parts)
    return body


def _expand(store: Store, account: str, thing: Object, parts: list[str]) -> None:
    if not parts or thing.get(parts[0]) is None:
        return
    value = thing[parts[0]]
    if isinstance(value, str):
        value = store.find(value, account)
        if value is None:
            return
        thing[parts[0]] = value
    if isinstance(value, dict):
        _expand(store, account, value, parts[1:])


def _listed(call: ApiCall, things: list[Object]) -> Object:
    """One page of a list, newest first."""
    limit = min(max(_number(call.params.get("limit", 10), "limit"), 1), 100)
    bounds = call.params.get("created", {})
    if not isinstance(bounds, dict):
        bounds = {"gte": bounds, "lte": bounds}
    tests = {
        "gt": lambda a, b: a > b,
        "gte": lambda a, b: a >= b,
        "lt": lambda a, b: a < b,
        "lte": lambda a, b: a <= b,
    }
    for name, bound in bounds.items():
        if name not in tests:
            raise refusing.wrong(f"Unknown bound: {name}", param="created")
        at = _number(bound, "created")
        things = [t for t in things if tests[name](t["created"], at)]
    for name in ("customer", "payment_intent", "charge", "type"):
        if call.params.get(name):
            things = [t for t in things if t.get(name) == call.params[name]]
    after = call.params.get("starting_after")
    if after:
        ids = [t["id"] for t in things]
        if after not in ids:
            raise refusing.missing("object", str(after))
        things = things[ids.index(after) + 1 :]
    return shapes.listing(call.path, things[:limit], has_more=len(things) > limit)


def _number(text: object, param: str) -> int:
    try:
        return int(str(text))
    except ValueError:
        raise refusing.wrong("Invalid integer", param=param) from None


def _get(store: Store, call: ApiCall, kind: str, key: str) -> Object:
    thing = store.get(kind, key, call.account)
    if thing is None:
        raise refusing.missing(kind, key)
    return thing


# --- customers, details ------------------------------------------------------------------


@_on("POST", "/v1/customers", "customers.create")
def _create_customer(store: Store, call: ApiCall) -> Object:
    made = shapes.customer(store.new_id("cus"), store.now(), call.params)
    return store.add(made, account=call.account)


@_on("GET", "/v1/customers/{id}", "customers.retrieve")
def _customer(store: Store, call: ApiCall, key: str) -> Object:
    return _get(store, call, "customer", key)


@_on("GET", "/v1/customers/{id}/payment_methods", "customers.payment_methods")
def _customers_methods(store: Store, call: ApiCall, key: str) -> Object:
    methods = store.all("payment_method", account=call.account)
    return _listed(call, [m for m in methods if m["customer"] == key])


@_on("POST", "/v1/checkout/sessions", "checkout.sessions.create")
def _create_session(store: Store, call: ApiCall) -> Object:
    params = call.params
    if params.get("mode") != "setup":
        raise refusing.wrong("The sandbox knows setup mode only.", param="mode")
    for name in ("success_url", "cancel_url"):
        if not re.match(r"^https?://[^\s/]+", str(params.get(name, ""))):
            raise refusing.wrong("Not a valid URL", param=name, code="url_invalid")
    if params.get("customer"):
        known = _get(store, call, "customer", params["customer"])
        params = {"customer_email": known["email"], **params}
    setup = shapes.setup_intent(store.new_id("seti"), store.now(), params)
    key = store.new_id("cs_test")
    url = f"{call.base_url}/pay/{key}"
    made = shapes.session(key, store.now(), params, setup_intent=setup["id"], url=url)
    store.add(setup, account=call.account, parent=key)
    return store.add(made, account=call.account)


@_on("GET", "/v1/checkout/sessions/{id}", "checkout.sessions.retrieve")
def _session(store: Store, call: ApiCall, key: str) -> Object:
    return expire_if_old(store, _get(store, call, "checkout.session", key))


@_on("POST", "/v1/checkout/sessions/{id}/expire", "checkout.sessions.expire")
def _expire_session(store: Store, call: ApiCall, key: str) -> Object:
    session = _get(store, call, "checkout.session", key)
    if session["status"] != "open":
        raise refusing.wrong(f"Only open Checkout Sessions can be expired: {session['status']}.")
    return _expired(store, session)


def expire_if_old(store: Store, session: Object) -> Object:
    """The session, expired if its time is over."""
    if session["status"] == "open" and session["expires_at"] <= store.now():
        with store.change():
            return _expired(store, session)
    return session


def _expired(store: Store, session: Object) -> Object:
    session |= {"status": "expired", "url": None}
    store.save(session)
    announce(store, store.account_of(session["id"]), "checkout.session.expired", session)
    return session


@_on("GET", "/v1/setup_intents/{id}", "setup_intents.retrieve")
def _setup_intent(store: Store, call: ApiCall, key: str) -> Object:
    return _get(store, call, "setup_intent", key)


@_on("GET", "/v1/payment_methods/{id}", "payment_methods.retrieve")
def _payment_method(store: Store, call: ApiCall, key: str) -> Object:
    return _get(store, call, "payment_method", key)


@_on("GET", "/v1/payment_methods", "payment_methods.list")
def _payment_methods(store: Store, call: ApiCall) -> Object:
    return _listed(call, store.all("payment_method", account=call.account))


@_on("POST", "/v1/payment_methods/{id}/attach", "payment_methods.attach")
def _attach(store: Store, call: ApiCall, key: str) -> Object:
    method = _get(store, call, "payment_method", key)
    if store.secret(key).get("detached"):
        raise refusing.wrong("A detached PaymentMethod cannot be attached again.")
    _get(store, call, "customer", str(call.params.get("customer", "")))
    method["customer"] = call.params["customer"]
    store.save(method)
    announce(store, call.account, "payment_method.attached", method)
    return method


@_on("POST", "/v1/payment_methods/{id}/detach", "payment_methods.detach")
def _detach(store: Store, call: ApiCall, key: str) -> Object:
    return detach(store, call.account, _get(store, call, "payment_method", key))


def detach(store: Store, account: str, method: Object) -> Object:
    """Take a method from its customer, for good."""
    if method["customer"] is None:
        raise refusing.wrong("The payment method you provided is not attached to a customer.")
    store.set_secret(method["id"], store.secret(method["id"]) | {"detached": True})
    method["customer"] = None
    store.save(method)
    announce(store, account, "payment_method.detached", method)
    return method


# --- money -------------------------------------------------------------------------------


@_on("POST", "/v1/payment_intents", "payment_intents.create")
def _create_intent(store: Store, call: ApiCall) -> Object:
    if str(call.params.get("confirm", "false")).lower() == "true":
        raise refusing.wrong("The sandbox creates intents unconfirmed.", param="confirm")
    return money.create_intent(store, call.account, call.params)


@_on("GET", "/v1/payment_intents", "payment_intents.list")
def _intents(store: Store, call: ApiCall) -> Object:
    return _listed(call, store.all("payment_intent", account=call.account))


@_on("GET", "/v1/payment_intents/search", "payment_intents.search")
def _search_intents(store: Store, call: ApiCall) -> Object:
    match = re.match(
        r"""^metadata\[['"]reference['"]\]:\s*['"]([^'"]+)['"]$""", call.params.get("query", "")
    )
    if not match:
        raise refusing.wrong("The sandbox searches metadata['reference'] only.", param="query")
    found = store.all("payment_intent", account=call.account, reference=match[1])
    page = _listed(call, found)
    return page | {"object": "search_result", "next_page": None, "has_more": False}


@_on("GET", "/v1/payment_intents/{id}", "payment_intents.retrieve")
def _intent(store: Store, call: ApiCall, key: str) -> Object:
    return _get(store, call, "payment_intent", key)


@_on("POST", "/v1/payment_intents/{id}/confirm", "payment_intents.confirm")
def _confirm_intent(store: Store, call: ApiCall, key: str) -> Object:
    intent = _get(store, call, "payment_intent", key)
    if call.params.get("payment_method"):
        intent["payment_method"] = call.params["payment_method"]
    return money.confirm_intent(
        store,
        call.account,
        intent,
        return_url=str(call.params.get("return_url", "")),
        base_url=call.base_url,
        forced=call.forced,
    )


@_on("POST", "/v1/payment_intents/{id}/cancel", "payment_intents.cancel")
def _cancel_intent(store: Store, call: ApiCall, key: str) -> Object:
    reason = call.params.get("cancellation_reason")
    return money.cancel_intent(
        store, call.account, _get(store, call, "payment_intent", key), reason
    )


@_on("GET", "/v1/charges", "charges.list")
def _charges(store: Store, call: ApiCall) -> Object:
    return _listed(call, store.all("charge", account=call.account))


@_on("GET", "/v1/charges/{id}", "charges.retrieve")
def _charge(store: Store, call: ApiCall, key: str) -> Object:
    return _get(store, call, "charge", key)


@_on("GET", "/v1/balance_transactions", "balance_transactions.list")
def _transactions(store: Store, call: ApiCall) -> Object:
    return _listed(call, store.all("balance_transaction", account=call.account))


@_on("GET", "/v1/balance_transactions/{id}", "balance_transactions.retrieve")
def _transaction(store: Store, call: ApiCall, key: str) -> Object:
    return _get(store, call, "balance_transaction", key)


@_on("POST", "/v1/refunds", "refunds.create")
def _create_refund(store: Store, call: ApiCall) -> Object:
    return money.refund(store, call.account, call.params, fails=call.forced == "refund_fails")


@_on("GET", "/v1/refunds", "refunds.list")
def _refunds(store: Store, call: ApiCall) -> Object:
    return _listed(call, store.all("refund", account=call.account))


@_on("GET", "/v1/refunds/{id}", "refunds.retrieve")
def _refund(store: Store, call: ApiCall, key: str) -> Object:
    return _get(store, call, "refund", key)


@_on("GET", "/v1/events", "events.list")
def _events(store: Store, call: ApiCall) -> Object:
    rows = store.rows("select data from events where account = ? order by seq desc", call.account)
    return _listed(call, [json.loads(row["data"]) for row in rows])
