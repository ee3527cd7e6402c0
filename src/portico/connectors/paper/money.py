"""The papers of money: receipt and bill."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency
from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portico.connectors.paper.typesetting import typeset
from portico.domain.billing.queries import BillDetail
from portico.platform.kernel.money import Money, exponent_of


class TypesetMoney:
    """Fills `notices.ports.Paper`."""

    def receipt_pdf(self, receipt: Any, language: str) -> bytes:
        """Fields of PAYING §12; what a receipt does not have is left out."""
        with translation.override(language):
            paid_at: datetime | None = getattr(receipt, "paid_at", None)
            method = getattr(receipt, "method", None)
            shown = f"{method.brand} {method.last4}" if method else ""
            number = _text(receipt, "receipt_number") or _text(receipt, "number")
            facts = [
                [_("Receipt number"), number],
                [_("Paid"), _moment(paid_at)],
                [_("Bill"), _text(receipt, "bill_number")],
                [_("Patient"), _text(receipt, "patient_name")],
                [_("Paid with"), shown],
                [_("On your card statement"), getattr(receipt.payee, "statement_descriptor", "")],
            ]
            lines = [[line.description, _money(line.amount, language)] for line in receipt.lines]
            values = {
                "title": _("Receipt %(number)s") % {"number": number},
                "payee": _payee(receipt.payee),
                "headers": [_("What"), _("Detail")],
                "facts": [f for f in facts if f[1]],
                "lines_title": _("What was paid"),
                "line_headers": [_("For"), _("Amount")],
                "lines": lines,
                "total": [_("Paid"), _money(receipt.amount, language)],
                "after": [_("Money back goes to the card or account it came from.")],
                "coupon": [],
                "coupon_title": "",
            }
            return typeset("money.typ", language, values)

    def statement_pdf(self, bill: BillDetail, language: str) -> bytes:
        """The bill line by line, with the slip to send back with a cheque or to read out at the desk."""
        with translation.override(language):
            steps = [[str(step.label), _money(step.amount, language)] for step in bill.steps]
            facts = [
                [_("Bill"), bill.number],
                [_("Date"), _day(bill.issued_date)],
                [_("Due"), _day(bill.due_date)],
                [_("For"), bill.title],
                *steps,
            ]
            values = {
                "title": _("Bill %(number)s") % {"number": bill.number},
                "payee": _payee(bill.entity),
                "headers": [_("What"), _("Detail")],
                "facts": [f for f in facts if f[1]],
                "lines_title": _("What it is for"),
                "line_headers": [_("For"), _("You owe")],
                "lines": [[n.description, _money(n.owed, language)] for n in bill.lines],
                "total": [_("You owe"), _money(bill.owed, language)],
                "after": [
                    _(
                        "Questions? Call %(phone)s. A bill you ask about waits until you have our answer."
                    )
                    % {"phone": bill.entity.phone or settings.PORTICO_PHONE}
                ],
                "coupon": [
                    [_("Bill"), bill.number],
                    [_("You owe"), _money(bill.owed, language)],
                    [_("Due"), _day(bill.due_date)],
                    [_("Pay online"), settings.BASE_URL],
                ],
                "coupon_title": _("Send this part with your payment"),
            }
            return typeset("money.typ", language, values)


def _money(amount: Money, language: str) -> str:
    value = Decimal(amount.minor).scaleb(-exponent_of(amount.currency))
    return format_currency(value, amount.currency, locale=language)


def _payee(entity: Any) -> list[str]:
    names = ("legal_name", "address", "phone", "tax_id")
    return [text for name in names if (text := _text(entity, name))]


def _text(thing: Any, name: str) -> str:
    return str(getattr(thing, name, "") or "")


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def _moment(at: datetime | None) -> str:
    return (
        date_format(timezone.localtime(at), "DATETIME_FORMAT") + f" ({settings.TIME_ZONE})"
        if at
        else ""
    )
