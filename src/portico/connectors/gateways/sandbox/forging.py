"""Forged and false events, for tests: everything that a receiver must refuse or must not believe."""

from __future__ import annotations

import json
from collections.abc import Callable

from portico.connectors.gateways.sandbox.events import sign
from portico.connectors.gateways.sandbox.store import Object

_Forgery = tuple[bytes, str | None]


def forge(kind: str, event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    """A body and its signature header, forged in one of KINDS."""
    return KINDS[kind](event, secrets, now)


def inflate(event: Object, event_id: str) -> Object:
    """The same event under a new id with ten times the amount, to be signed rightly."""
    false: Object = json.loads(json.dumps(event)) | {"id": event_id}
    thing = false["data"]["object"]
    for name in ("amount", "amount_received", "amount_captured"):
        if name in thing:
            thing[name] *= 10
    return false


def _body(event: Object) -> bytes:
    return json.dumps(event).encode()


def _wrong_key(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    return _body(event), sign(_body(event), ("whsec_of_somebody_else",), now)


def _old_time(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    return _body(event), sign(_body(event), secrets, now - 3600)


def _future_time(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    return _body(event), sign(_body(event), secrets, now + 3600)


def _moved_time(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    """An old signature with a fresh time written in front of it."""
    _, _, values = sign(_body(event), secrets, now - 3600).partition(",")
    return _body(event), f"t={now},{values}"


def _changed_body(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    signature = sign(_body(event), secrets, now)
    return _body(inflate(event, event["id"])), signature


def _cut_body(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    return _body(event)[:-40], sign(_body(event), secrets, now)


def _no_signature(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    return _body(event), None


def _empty_signature(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    return _body(event), ""


def _rubbish_signature(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    return _body(event), "t=now,v1=,,=v1;" + "f" * 500


def _older_scheme(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    return _body(event), sign(_body(event), secrets, now, scheme="v0")


def _empty_key(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    return _body(event), sign(_body(event), ("",), now)


def _other_mode(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    body = _body(event | {"livemode": not event["livemode"]})
    return body, sign(body, secrets, now)


def _not_json(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    return b"\xff\xfe not json", sign(b"\xff\xfe not json", secrets, now)


def _other_shape(event: Object, secrets: tuple[str, ...], now: int) -> _Forgery:
    body = b'{"object": "v2.core.event", "id": "evt_x", "data": []}'
    return body, sign(body, secrets, now)


KINDS: dict[str, Callable[[Object, tuple[str, ...], int], _Forgery]] = {
    "wrong-key": _wrong_key,
    "old-time": _old_time,
    "future-time": _future_time,
    "moved-time": _moved_time,
    "changed-body": _changed_body,
    "cut-body": _cut_body,
    "no-signature": _no_signature,
    "empty-signature": _empty_signature,
    "rubbish-signature": _rubbish_signature,
    "older-scheme": _older_scheme,
    "empty-key": _empty_key,
    "other-mode": _other_mode,
    "not-json": _not_json,
    "other-shape": _other_shape,
}
