"""What payments need of a gateway, and the words in which it answers. Filled in `config/wiring.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from portico.platform.kernel.money import Money

Outcome = Literal["open", "succeeded", "declined", "action_required", "processing", "cancelled"]
RefundOutcome = Literal["processing", "settled", "failed"]


class GatewayUnavailable(Exception):
    """No usable answer. `before`: surely nothing was sent or done; else the outcome is unknown."""

    def __init__(self, reason: str, *, before: bool = False) -> None:
        super().__init__(reason)
        self.before = before


class GatewayRefused(Exception):
    """The gateway refused the request itself: a fault of ours or of the settings, and nothing was done."""


class Forged(Exception):
    """An event that the gateway did not sign, or not for us, or too long ago."""


class Unreadable(Exception):
    """An event that is signed, but has no shape that we know."""


class NoGateway(Exception):
    """This installation has no gateway for that account."""


@dataclass(frozen=True, slots=True)
class Powers:
    """What a gateway can do. Pages and sweeper ask these, never the gateway's name."""

    kind: Literal["pull", "push"]
    save: bool
    void: bool
    look_up: bool
    refund: bool
    exact_amount: bool


@dataclass(frozen=True, slots=True)
class ShownOnDetails:
    """What the hosted page shows beside its fields: amount, person, bill, payee."""

    amount: Money
    for_whom: str
    purpose: str
    payee: str


@dataclass(frozen=True, slots=True)
class DetailsPage:
    """A hosted page that was opened: send the browser to `url`."""

    session: str
    url: str
    customer: str


@dataclass(frozen=True, slots=True)
class MethodView:
    """A way to pay, as it may be shown. `token` is the gateway's name for it."""

    token: str
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    holder: str
    kind: Literal["card", "bank"]


@dataclass(frozen=True, slots=True)
class Details:
    """What became of a hosted page. `keep`: the payer ticked *save*; detach the method afterwards otherwise."""

    complete: bool
    method: MethodView | None
    expired: bool
    keep: bool = False
    email: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway says of an intent. `decline` is a family of ours, never the bank's word:
    generic, insufficient_funds, expired_card, wrong_code, wrong_zip, bank_check_failed, voided."""

    outcome: Outcome
    intent: str
    charge: str
    amount: Money | None
    fee: Money | None
    decline: str
    action_url: str
    raw_status: str


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """What the gateway says of a refund."""

    outcome: RefundOutcome
    refund: str
    charge: str
    amount: Money
    reference: str
    raw_status: str


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """A signed notification. It says where to look, and is never believed about amounts."""

    id: str
    kind: str
    object_kind: str
    object_id: str
    reference: str
    livemode: bool
    created: datetime


class Gateway(Protocol):
    """A payment gateway. Every call may raise `GatewayUnavailable` or `GatewayRefused`."""

    name: str
    powers: Powers
    is_test: bool

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
        """Open a hosted page that saves details and charges nothing."""

    def read_details(self, *, session: str, account: str) -> Details:
        """What became of a hosted page."""

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

    def confirm_intent(self, *, key: str, account: str, intent: str, return_url: str) -> Answer:
        """Move the money, once per intent."""

    def look_up(self, *, account: str, intent: str) -> Answer:
        """Ask by the gateway's id."""

    def find_by_reference(self, *, account: str, reference: str) -> Answer | None:
        """Ask by our reference. None: the gateway knows no intent of it."""

    def cancel_intent(self, *, account: str, intent: str) -> Answer:
        """Void the intent, so that a later confirm is refused. The answer says what is true now."""

    def detach(self, *, account: str, method: str) -> None:
        """Forget a saved method."""

    def refund(
        self, *, key: str, account: str, charge: str, amount: Money, reference: str
    ) -> RefundAnswer:
        """Pay back a part or all of a charge, once per key."""

    def look_up_refund(self, *, account: str, refund: str) -> RefundAnswer:
        """Ask for a refund by the gateway's id."""

    def read_event(self, body: bytes, signature: str) -> GatewayEvent:
        """Verify and read a notification. Raises `Forged` or `Unreadable`."""


_installed: dict[str, Gateway] = {}


def install(gateway: Gateway) -> None:
    """Put a gateway in charge of every billing entity's account, and of its own webhook address."""
    _installed[gateway.name] = gateway
    _installed[""] = gateway


def gateway_for(entity_account: str) -> Gateway:
    """The gateway that serves a billing entity's account."""
    del entity_account  # one gateway an installation, so far
    return gateway_named("")


def gateway_named(name: str) -> Gateway:
    """The gateway behind `/webhooks/payments/<name>`; `NoGateway` when there is none."""
    try:
        return _installed[name]
    except KeyError:
        raise NoGateway(name) from None
