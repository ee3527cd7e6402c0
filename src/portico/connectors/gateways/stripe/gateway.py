"""Stripe behind the payments' `Gateway` port. The demonstration and the tests point the same code at the sandbox."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from babel.numbers import format_currency

from portico.connectors.gateways.stripe import signing
from portico.connectors.gateways.stripe.amounts import to_stripe
from portico.connectors.gateways.stripe.answers import answer_of, method_of, refund_of
from portico.connectors.gateways.stripe.client import (
    TIMEOUTS,
    Client,
    Declined,
    Missing,
    Moved,
)
from portico.domain.payments.ports import (
    Answer,
    Details,
    DetailsPage,
    Forged,
    GatewayEvent,
    GatewayRefused,
    GatewayUnavailable,
    Powers,
    RefundAnswer,
    ShownOnDetails,
)
from portico.platform.kernel import clock
from portico.platform.kernel.money import Money

_EXPAND = ["latest_charge.balance_transaction"]
# Stripe's hosted page has no Arabic; `auto` follows the browser.
_LOCALES = {"en", "es", "fr"}
# Search lags behind by up to a minute or so: what is younger is looked for in the list.
_LIST_BACK = 3600
_PAGES = 20


class StripeGateway:
    """A pull gateway: details on its page, charged by our server. Amounts are exact; intents can be voided."""

    powers = Powers(kind="pull", save=True, void=True, look_up=True, refund=True, exact_amount=True)

    def __init__(
        self,
        *,
        name: str,
        secret_key: str,
        webhook_secrets: tuple[str, ...],
        base_url: str | None = None,
        timeouts: tuple[float, float] = TIMEOUTS,
    ) -> None:
        self.name = name
        self.is_test = not secret_key.startswith(("sk_live_", "rk_live_"))
        self._secrets = webhook_secrets
        self._client = Client(secret_key, base_url, timeouts)

    # --- details -----------------------------------------------------------------------
    def open_details(
        self,
        *,
        key: str,
        account: str,
        customer: str | None,
        customer_email: str,
        return_url: str,
        cancel_url: str,
        language: str,
        shown: ShownOnDetails,
    ) -> DetailsPage:
        """Open a hosted page that saves a card (in US dollars: or a bank account) and charges nothing.

        Every call opens a new page; `key` names the customer that is made, once.
        """
        if not customer:
            customer = self._make_customer(key, account, customer_email)
        words = _shown(shown, language)
        currency = shown.amount.currency.lower()
        params: dict[str, Any] = {
            "mode": "setup",
            "currency": currency,
            "customer": customer,
            "success_url": return_url,
            "cancel_url": cancel_url,
            "locale": language[:2] if language[:2] in _LOCALES else "auto",
            "payment_method_types": _types(currency),
            "custom_text": {"submit": {"message": _sentence(words)}},
            "metadata": {**words, "language": language[:2]},
            "expires_at": int(clock.now().timestamp()) + 31 * 60,  # Stripe's least is 30 minutes
        }
        # A page moves no money: a second one does no harm, and a kept answer would be a page already used.
        options = _options(account, f"{key}-page-{uuid4()}")
        page = self._client.call(lambda v1: v1.checkout.sessions.create(params, options))
        return DetailsPage(session=page["id"], url=page["url"], customer=customer)

    def read_details(self, *, session: str, account: str) -> Details:
        """What became of a hosted page."""
        params = {"expand": ["setup_intent.payment_method"]}
        page = self._client.call(
            lambda v1: v1.checkout.sessions.retrieve(session, params, _options(account))
        )
        setup = page.get("setup_intent") or {}
        saved = setup.get("payment_method") if isinstance(setup, dict) else None
        method: dict[str, Any] = saved if isinstance(saved, dict) else {}
        complete = page["status"] == "complete" and bool(method)
        return Details(
            complete=complete,
            method=method_of(method) if complete else None,
            expired=page["status"] == "expired",
            keep=complete and method.get("allow_redisplay") == "always",
            email=(page.get("customer_details") or {}).get("email") or "",
        )

    def detach(self, *, account: str, method: str) -> None:
        """Forget a saved method. One that is gone already is no failure."""
        try:
            self._client.call(lambda v1: v1.payment_methods.detach(method, {}, _options(account)))
        except Missing:
            return
        except GatewayRefused:
            known = self._client.call(
                lambda v1: v1.payment_methods.retrieve(method, {}, _options(account))
            )
            if known.get("customer"):
                raise

    # --- intents -----------------------------------------------------------------------
    def open_intent(
        self,
        *,
        key: str,
        account: str,
        amount: Money,
        customer: str,
        method: str,
        reference: str,
        descriptor: str,
    ) -> Answer:
        """Make an intent. No money moves."""
        count, currency = to_stripe(amount)
        params: dict[str, Any] = {
            "amount": count,
            "currency": currency,
            "customer": customer,
            "payment_method": method,
            "payment_method_types": _types(currency),
            "metadata": {"reference": reference},
            "expand": _EXPAND,
        }
        if suffix := _descriptor(descriptor):
            params["statement_descriptor_suffix"] = suffix
        options = _options(account, f"{key}-open")
        return self._ask(lambda v1: v1.payment_intents.create(params, options))

    def confirm_intent(self, *, key: str, account: str, intent: str, return_url: str) -> Answer:
        """Move the money. A decline is an answer, not an error."""
        params: dict[str, Any] = {"return_url": return_url, "expand": _EXPAND}
        options = _options(account, f"{key}-confirm")
        return self._ask(lambda v1: v1.payment_intents.confirm(intent, params, options))

    def look_up(self, *, account: str, intent: str) -> Answer:
        """Ask by Stripe's id."""
        params: dict[str, Any] = {"expand": _EXPAND}
        return self._ask(lambda v1: v1.payment_intents.retrieve(intent, params, _options(account)))

    def find_by_reference(self, *, account: str, reference: str) -> Answer | None:
        """Ask by our reference: by search, and in the last hour's list, which search does not know yet."""
        if not re.match(r"^[A-Za-z0-9-]+$", reference):
            return None
        query = f"metadata['reference']:'{reference}'"
        params: dict[str, Any] = {"query": query, "expand": [f"data.{e}" for e in _EXPAND]}
        found = self._client.call(lambda v1: v1.payment_intents.search(params, _options(account)))[
            "data"
        ]
        answers = [answer_of(intent) for intent in found or self._young(account, reference)]
        return min(answers, key=_importance, default=None)

    def cancel_intent(self, *, account: str, intent: str) -> Answer:
        """Void the intent. Where that is too late, the answer says what became of it."""
        params: dict[str, Any] = {"expand": _EXPAND}
        return self._ask(lambda v1: v1.payment_intents.cancel(intent, params, _options(account)))

    # --- refunds -----------------------------------------------------------------------
    def refund(
        self, *, key: str, account: str, charge: str, amount: Money, reference: str
    ) -> RefundAnswer:
        """Pay back a part or all of a charge."""
        count, _ = to_stripe(amount)
        params: dict[str, Any] = {
            "charge": charge,
            "amount": count,
            "metadata": {"reference": reference},
        }
        options = _options(account, f"{key}-refund")
        return refund_of(self._client.call(lambda v1: v1.refunds.create(params, options)))

    def look_up_refund(self, *, account: str, refund: str) -> RefundAnswer:
        """Ask for a refund by Stripe's id."""
        return refund_of(
            self._client.call(lambda v1: v1.refunds.retrieve(refund, {}, _options(account)))
        )

    # --- events ------------------------------------------------------------------------
    def read_event(self, body: bytes, signature: str) -> GatewayEvent:
        """Verify and read a notification. A live event never reaches a test installation, nor the reverse."""
        signing.verify(body, signature, self._secrets)
        event = signing.read(body)
        if event.livemode == self.is_test:
            raise Forged("of the other mode")
        return event

    # --- inside ------------------------------------------------------------------------
    def _ask(self, ask: Any) -> Answer:
        try:
            return answer_of(self._client.call(ask))
        except Declined as declined:
            return answer_of(declined.intent, error=declined.error)
        except Moved as moved:
            return self._completed(moved.intent)

    def _completed(self, intent: dict[str, Any]) -> Answer:
        """An intent out of an error lacks its charge's fee; the answer says so by `fee=None`."""
        return answer_of(intent)

    def _make_customer(self, key: str, account: str, email: str) -> str:
        params: dict[str, Any] = {"email": email} if email else {}
        options = _options(account, f"{key}-customer")
        made = self._client.call(lambda v1: v1.customers.create(params, options))
        return str(made["id"])

    def _young(self, account: str, reference: str) -> list[dict[str, Any]]:
        since = int(clock.now().timestamp()) - _LIST_BACK
        params: dict[str, Any] = {
            "created": {"gte": since},
            "limit": 100,
            "expand": [f"data.{e}" for e in _EXPAND],
        }
        for _ in range(_PAGES):
            asked = dict(params)
            page = self._client.call(
                lambda v1, asked=asked: v1.payment_intents.list(asked, _options(account))
            )
            found = [i for i in page["data"] if i["metadata"].get("reference") == reference]
            if found or not page["has_more"]:
                return found
            params["starting_after"] = page["data"][-1]["id"]
        raise GatewayUnavailable("too many intents to look through")


def _options(account: str, key: str = "") -> Any:
    options: dict[str, str] = {}
    if account:
        options["stripe_account"] = account
    if key:
        options["idempotency_key"] = key
    return options


def _types(currency: str) -> list[str]:
    return ["card", "us_bank_account"] if currency == "usd" else ["card"]


def _importance(answer: Answer) -> int:
    order = ("succeeded", "processing", "action_required", "open", "declined", "cancelled")
    return order.index(answer.outcome)


def _descriptor(text: str) -> str:
    """What stands on the card statement: at most 22 Latin characters, at least one letter."""
    kept = re.sub(r"[^A-Za-z0-9 .,&/-]", "", text).strip()[:22]
    return kept if re.search(r"[A-Za-z]", kept) else ""


def _shown(shown: ShownOnDetails, language: str) -> dict[str, str]:
    amount = format_currency(shown.amount.decimal, shown.amount.currency, locale=language[:2])
    count, _ = to_stripe(shown.amount)
    return {
        "shown_amount": amount,
        "shown_minor": str(count),
        "shown_for": shown.for_whom[:200],
        "shown_purpose": shown.purpose[:200],
        "shown_payee": shown.payee[:200],
    }


def _sentence(words: dict[str, str]) -> str:
    """For Stripe's own page, which shows one free text: the facts, parted by dots, in no language."""
    names = ("shown_amount", "shown_for", "shown_purpose", "shown_payee")
    return " · ".join(words[name] for name in names if words[name])[:1200]
