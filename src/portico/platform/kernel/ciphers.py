"""Encryption at rest: AES-256-GCM with the id of the key and what the text belongs to (`SECURITY` §5, Secrets).

`PORTICO_DATA_KEYS` lists `id:key` pairs, the current one first; older ones stay readable until everything is
sealed again. What is sealed for one place cannot be opened at another.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_MARK = b"P1"
_NONCE = 12


class CannotOpen(Exception):
    """A sealed text whose key is gone, that was changed, or that belongs elsewhere."""


def seal(plain: bytes, *, bound_to: str) -> bytes:
    """Encrypt with the current key. `bound_to` names model and row or use: "files:3f2a…"."""
    key_id, key = next(iter(_keys().items()))
    nonce = os.urandom(_NONCE)
    head = _MARK + bytes([len(key_id)]) + key_id.encode()
    return head + nonce + AESGCM(key).encrypt(nonce, plain, head + bound_to.encode())


def unseal(sealed: bytes, *, bound_to: str) -> bytes:
    """What `seal` was given; CannotOpen otherwise."""
    if sealed[:2] != _MARK or len(sealed) < 3 + sealed[2] + _NONCE:
        raise CannotOpen("This was not sealed by Portico.")
    end = 3 + sealed[2]
    head, nonce, body = sealed[:end], sealed[end : end + _NONCE], sealed[end + _NONCE :]
    key = _keys().get(head[3:].decode("ascii", "replace"))
    if key is None:
        raise CannotOpen("PORTICO_DATA_KEYS no longer holds the key this was sealed with.")
    try:
        return AESGCM(key).decrypt(nonce, body, head + bound_to.encode())
    except InvalidTag:
        raise CannotOpen("This was changed, or it belongs to something else.") from None


def seal_text(plain: str, *, bound_to: str) -> str:
    """`seal` for text columns."""
    return base64.b64encode(seal(plain.encode(), bound_to=bound_to)).decode()


def unseal_text(sealed: str, *, bound_to: str) -> str:
    """`unseal` for text columns."""
    return unseal(base64.b64decode(sealed), bound_to=bound_to).decode()


def _keys() -> Mapping[str, bytes]:
    keys: Mapping[str, bytes] = settings.PORTICO_DATA_KEYS
    return keys
