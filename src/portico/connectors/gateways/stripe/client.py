"""One call to Stripe: its official client, and what each kind of failure means for the money."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from portico.domain.payments.ports import GatewayRefused, GatewayUnavailable

API_VERSION = "2026-10-28.endive"
# Seconds to connect, and to answer. Somebody is waiting: the worker takes over where this ends.
TIMEOUTS = (3.0, 10.0)


class Declined(Exception):
    """The bank said no. `intent` is Stripe's payment intent as the error carries it."""

    def __init__(self, intent: dict[str, Any], error: dict[str, Any]) -> None:
        super().__init__(error.get("code"))
        self.intent, self.error = intent, error


class Moved(Exception):
    """The intent is in a state that does not allow this any more; it comes with the error."""

    def __init__(self, intent: dict[str, Any]) -> None:
        super().__init__(intent.get("status"))
        self.intent = intent


class Missing(GatewayRefused):
    """Stripe knows no such object."""


class Client:
    """Holds the client, loaded when first needed: it costs a quarter of a second and 20 MB."""

    def __init__(
        self, secret_key: str, base_url: str | None, timeouts: tuple[float, float] = TIMEOUTS
    ) -> None:
        self._key, self._base_url, self._timeouts = secret_key, base_url, timeouts
        self._lock = threading.Lock()
        self._stripe: Any = None

    def call(self, ask: Callable[[Any], Any]) -> dict[str, Any]:
        """Ask the v1 API and return plain dictionaries.

        Raises `Declined`, `Moved`, `Missing`, `GatewayRefused` or `GatewayUnavailable`.
        """
        client = self._loaded()
        import stripe

        try:
            found = ask(client.v1)
            return _plain(found)
        except stripe.CardError as error:
            raise _declined(error) from error
        except stripe.RateLimitError as error:
            raise GatewayUnavailable("rate limit", before=True) from error
        except stripe.APIConnectionError as error:
            raise GatewayUnavailable("no answer", before=_was_never_sent(error)) from error
        except (stripe.IdempotencyError, stripe.InvalidRequestError) as error:
            raise _refused(error) from error
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            raise GatewayRefused("the key was refused") from error
        except stripe.StripeError as error:  # 500s, rubbish, whatever comes later
            raise GatewayUnavailable(f"status {error.http_status}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise GatewayUnavailable("an answer without sense") from error

    def _loaded(self) -> Any:
        with self._lock:
            if self._stripe is None:
                import stripe

                self._stripe = stripe.StripeClient(
                    self._key,
                    base_addresses={"api": self._base_url} if self._base_url else {},
                    stripe_version=API_VERSION,
                    max_network_retries=0,
                    http_client=stripe.RequestsClient(
                        timeout=self._timeouts,  # type: ignore[arg-type]
                        session=_direct() if self._base_url else None,
                    ),
                )
                stripe.enable_telemetry = False
            return self._stripe


def _direct() -> Any:
    """A session that no proxy of the environment catches: the sandbox is on this machine."""
    import requests

    session = requests.Session()
    session.trust_env = False
    return session


def _plain(found: Any) -> dict[str, Any]:
    plain = found.to_dict() if hasattr(found, "to_dict") else dict(found)
    if not isinstance(plain, dict) or "object" not in plain:
        raise ValueError("no object")
    return plain


def _error_of(error: Any) -> dict[str, Any]:
    body = error.json_body
    inner = body.get("error") if isinstance(body, dict) else None
    return inner if isinstance(inner, dict) else {}


def _declined(error: Any) -> Exception:
    said = _error_of(error)
    if isinstance(said.get("payment_intent"), dict):
        return Declined(said["payment_intent"], said)
    return GatewayRefused(f"declined without an intent: {said.get('code')}")


def _refused(error: Any) -> Exception:
    said = _error_of(error)
    if error.http_status == 409 or said.get("code") in ("idempotency_key_in_use", "lock_timeout"):
        return GatewayUnavailable("the same request is under way")
    if said.get("code") == "payment_intent_unexpected_state" and said.get("payment_intent"):
        return Moved(said["payment_intent"])
    if said.get("code") == "resource_missing":
        return Missing("no such object")
    return GatewayRefused(f"{said.get('type')} {said.get('code')} {said.get('param')}")


def _was_never_sent(error: BaseException) -> bool:
    """Did the connection itself fail, so that no byte of the request left?"""
    from requests import exceptions
    from urllib3.exceptions import NewConnectionError

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, exceptions.ConnectTimeout):
            return True
        reason = getattr(cause.args[0], "reason", None) if cause.args else None
        if isinstance(reason, NewConnectionError):  # refused, or the name did not resolve
            return True
        cause = cause.__cause__ or cause.__context__
    return False
