"""The details form: what was typed, what is wrong with it, and the method it becomes. No number is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from portico.connectors.gateways.sandbox import cards, refusing, shapes
from portico.connectors.gateways.sandbox.events import announce
from portico.connectors.gateways.sandbox.store import Object, Store

FIELDS = (
    "kind",
    "number",
    "expiry",
    "code",
    "name",
    "postal_code",
    "email",
    "holder",
    "routing",
    "account",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A field and the catalogue key of what is wrong with it."""

    field: str
    word: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form sent. `save` is the tick."""

    values: dict[str, str]
    save: bool

    def get(self, name: str) -> str:
        return self.values.get(name, "")


def read(params: Object) -> Typed:
    values = {name: str(params.get(name, ""))[:200].strip() for name in FIELDS}
    return Typed(values, save="save" in params)


def problems_of(typed: Typed, *, now: int, is_us: bool) -> list[Problem]:
    """Everything that is wrong, in the order of the fields."""
    if typed.get("kind") == "bank":
        found = _about_bank(typed)
    else:
        found = _about_card(typed, now, is_us)
    email = typed.get("email")
    if email and not re.match(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$", email):
        found.append(Problem("email", "email_wrong"))
    return found


def expiry_of(typed: str) -> tuple[int, int] | None:
    """Month and four-digit year of `08 / 28`, `8/2028`, `0828`; None when it is none."""
    digits = cards.digits_of(typed)
    match = re.match(r"^(\d{1,2})[/](\d{2}|\d{4})$", digits) or re.match(
        r"^(\d{2})(\d{2}|\d{4})$", digits
    )
    if not match or not 1 <= int(match[1]) <= 12:
        return None
    year = int(match[2])
    return int(match[1]), year if year > 99 else 2000 + year


def complete(store: Store, session: Object, typed: Typed) -> Object:
    """Make the method, attach it, and close the session."""
    if typed.get("kind") == "bank":
        account = cards.digits_of(typed.get("account"))
        behaviour = cards.BANK_ACCOUNTS[account]
        method = shapes.bank_method(
            store.new_id("pm"), store.now(), last4=account[-4:], name=typed.get("holder")
        )
    else:
        card = cards.find_card(cards.digits_of(typed.get("number")))
        assert card is not None
        behaviour = card.behaviour
        method = shapes.card_method(
            store.new_id("pm"),
            store.now(),
            brand=card.brand,
            last4=card.last4,
            exp=expiry_of(typed.get("expiry")) or (12, 2030),
            name=typed.get("name"),
            postal_code=typed.get("postal_code"),
        )
    email = typed.get("email") or session["customer_details"]["email"]
    return _close(store, session["id"], method, behaviour, keep=typed.save, email=email)


def complete_with_card(store: Store, session_id: str, number: str, *, keep: bool) -> Object:
    """As if a person had typed a published number and everything else rightly."""
    if cards.find_card(cards.digits_of(number)) is None:
        raise refusing.wrong("Not one of the published test numbers.")
    values = {"number": number, "expiry": "12/34", "name": "Test Payer", "postal_code": "94112"}
    session = store.get("checkout.session", session_id)
    if session is None or session["status"] != "open":
        raise refusing.wrong("There is no open session of that name.")
    return complete(store, session, Typed(values, save=keep))


def _close(
    store: Store, session_id: str, method: Object, behaviour: str, *, keep: bool, email: str | None
) -> Object:
    with store.change():
        session = store.get("checkout.session", session_id)
        if session is None or session["status"] != "open":
            raise refusing.wrong("This session is not open any more.")
        account = store.account_of(session_id)
        method |= {
            "customer": session["customer"],
            "allow_redisplay": "always" if keep else "limited",
        }
        store.add(method, account=account, secret={"behaviour": behaviour})
        setup = store.get("setup_intent", session["setup_intent"], account)
        assert setup is not None
        setup |= {"payment_method": method["id"], "status": "succeeded"}
        store.save(setup)
        session |= {"status": "complete", "url": None, "customer_details": {"email": email}}
        store.save(session)
        announce(store, account, "payment_method.attached", method)
        announce(store, account, "setup_intent.succeeded", setup)
        announce(store, account, "checkout.session.completed", session)
        return session


def _about_card(typed: Typed, now: int, is_us: bool) -> list[Problem]:
    found = [
        _number_problem(cards.digits_of(typed.get("number"))),
        _expiry_problem(typed.get("expiry"), now),
    ]
    if not re.match(r"^\d{3,4}$", cards.digits_of(typed.get("code"))):
        found.append(Problem("code", "code_missing"))
    if not typed.get("name") or re.search(r"\d{3,}", cards.digits_of(typed.get("name"))):
        found.append(Problem("name", "name_missing"))
    postal = cards.digits_of(typed.get("postal_code"))
    if is_us and not re.match(r"^\d{5}(\d{4})?$", postal):
        found.append(Problem("postal_code", "zip_missing"))
    return [problem for problem in found if problem]


def _number_problem(digits: str) -> Problem | None:
    if not digits:
        return Problem("number", "number_missing")
    if not digits.isascii() or not digits.isdigit():
        return Problem("number", "number_wrong")
    brand = cards.brand_of(digits)
    if brand in ("diners", "jcb", "unionpay"):
        return Problem("number", f"no_{brand}")
    length = cards.length_of(brand)
    if len(digits) < length:
        return Problem("number", "number_short", length)
    if len(digits) > length:
        return Problem("number", "number_long", length)
    if not cards.is_luhn(digits):
        return Problem("number", "number_wrong")
    return None if cards.find_card(digits) else Problem("number", "number_real")


def _expiry_problem(typed: str, now: int) -> Problem | None:
    if not typed:
        return Problem("expiry", "expiry_missing")
    expiry = expiry_of(typed)
    if expiry is None:
        return Problem("expiry", "expiry_wrong")
    today = datetime.fromtimestamp(now, UTC)
    month, year = expiry
    return Problem("expiry", "expired") if (year, month) < (today.year, today.month) else None


def _about_bank(typed: Typed) -> list[Problem]:
    found = []
    if not typed.get("holder"):
        found.append(Problem("holder", "holder_missing"))
    routing = cards.digits_of(typed.get("routing"))
    if not re.match(r"^\d{9}$", routing):
        found.append(Problem("routing", "routing_wrong"))
    elif routing != cards.BANK_ROUTING:
        found.append(Problem("routing", "bank_real"))
    account = cards.digits_of(typed.get("account"))
    if not account:
        found.append(Problem("account", "account_missing"))
    elif account not in cards.BANK_ACCOUNTS:
        found.append(Problem("account", "bank_real"))
    return found
