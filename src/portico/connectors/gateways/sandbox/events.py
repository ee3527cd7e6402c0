"""Signed events: announced with the change they tell of, delivered afterwards, again until somebody took them."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
from dataclasses import dataclass
from urllib.parse import urlsplit

from portico.connectors.gateways.sandbox import shapes
from portico.connectors.gateways.sandbox.store import Object, Store

# Seconds until the next try. Stripe goes on for up to three days.
RETRIES = (5, 30, 120, 600, 3600, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
_ANSWER_WITHIN = 10


@dataclass(frozen=True, slots=True)
class Hook:
    """Where events go, and what they are signed with (two secrets while a key is being changed)."""

    url: str
    secrets: tuple[str, ...]


def announce(store: Store, account: str, kind: str, thing: Object) -> str:
    """Make an event, in the same transaction as what it tells of. Held or delayed if so ordered."""
    event = shapes.event(store.new_id("evt"), store.now(), kind, thing, account=account)
    delay = int(store.setting("events.delay") or 0)
    due = None if store.setting("events.held") else store.now() + delay
    store.rows(
        "insert into events (id, account, data, due) values (?, ?, ?, ?)",
        event["id"],
        account,
        json.dumps(event),
        due,
    )
    return str(event["id"])


def sign(body: bytes, secrets: tuple[str, ...], at: int, *, scheme: str = "v1") -> str:
    """The `Stripe-Signature` header: HMAC-SHA256 over `time.body`, one value for each secret."""
    values = [
        hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
        for secret in secrets
    ]
    return ",".join([f"t={at}", *(f"{scheme}={value}" for value in values)])


def deliver_due(store: Store, hook: Hook) -> int:
    """Try every event that is due, once. How many were taken."""
    if not hook.url:
        return 0
    due = store.rows(
        "select seq, data, tries from events where delivered = 0 and due is not null and due <= ?"
        " order by due, seq",
        store.now(),
    )
    taken = 0
    copies = int(store.setting("events.copies") or 1)
    for row in _in_order(store, due):
        body = row["data"].encode()
        answers = [post(hook, body, sign(body, hook.secrets, store.now())) for _ in range(copies)]
        if all(200 <= answer < 300 for answer in answers):
            store.rows("update events set delivered = 1 where seq = ?", row["seq"])
            taken += 1
        else:
            tries = row["tries"]
            due_at = store.now() + RETRIES[tries] if tries < len(RETRIES) else None
            store.rows(
                "update events set tries = tries + 1, due = ? where seq = ?", due_at, row["seq"]
            )
    return taken


def _in_order(store: Store, rows: list) -> list:  # type: ignore[type-arg]
    order = store.setting("events.order") or "as-made"
    if order == "reversed":
        return rows[::-1]
    if order == "shuffled":
        shuffled = list(rows)
        random.Random(int(store.setting("events.seed") or 1)).shuffle(shuffled)
        return shuffled
    return rows


def post(hook: Hook, body: bytes, signature: str | None) -> int:
    """Send one body to the webhook address. The status it answered, 0 for none."""
    parts = urlsplit(hook.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=_ANSWER_WITHIN)
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Sandbox/1.0 TEST"}
    if signature is not None:
        headers["Stripe-Signature"] = signature
    try:
        connection.request("POST", parts.path or "/", body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
