"""Reading signed events. Without Stripe's client: the web process need not load it to take a webhook.

The signature is `t=<seconds>,v1=<hex>[,v1=<hex>]`, HMAC-SHA256 over `t.body` (Stripe, "Verify webhook
signatures manually"). Two values stand there while a secret is being changed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from portico.domain.payments.ports import Forged, GatewayEvent, Unreadable
from portico.platform.kernel import clock

TOLERANCE = 300
_LONGEST = 255


def verify(body: bytes, header: str, secrets: tuple[str, ...]) -> None:
    """Raise `Forged` unless one of the secrets signed this body within the last five minutes."""
    time, signatures = _parts(header)
    wanted = [
        hmac.new(secret.encode(), b"%d.%s" % (time, body), hashlib.sha256).hexdigest()
        for secret in secrets
        if secret
    ]
    fits = [hmac.compare_digest(want, given) for want in wanted for given in signatures]
    if not any(fits):
        raise Forged("the signature does not fit")
    if abs(clock.now().timestamp() - time) > TOLERANCE:
        raise Forged("the signature is too old or from the future")


def read(body: bytes) -> GatewayEvent:
    """The event in our words. Raises `Unreadable` where it has no such shape."""
    try:
        event = json.loads(body)
        thing = event["data"]["object"]
        metadata = thing.get("metadata") or {}
        found = GatewayEvent(
            id=_text(event["id"]),
            kind=_text(event["type"]),
            object_kind=_text(thing["object"]),
            object_id=_text(thing["id"]),
            reference=_text(metadata.get("reference", "")),
            livemode=event["livemode"] is True,
            created=datetime.fromtimestamp(int(event["created"]), UTC),
        )
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise Unreadable(type(error).__name__) from None
    if event.get("object") != "event" or not found.id or not isinstance(event["livemode"], bool):
        raise Unreadable("not an event")
    return found


def _parts(header: str) -> tuple[int, list[str]]:
    time, signatures = "", []
    for part in header.split(",")[:20]:
        name, _, value = part.partition("=")
        if name.strip() == "t":
            time = value.strip()
        elif name.strip() == "v1" and value.isascii():
            signatures.append(value.strip())
    if not time.isascii() or not time.isdigit() or len(time) > 12 or not signatures:
        raise Forged("there is no signature")
    return int(time), signatures


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or "\0" in value:
        raise TypeError("not a short text")
    return value
