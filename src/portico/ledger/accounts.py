"""The chart of accounts, as data. The migration puts it into the database; entries can name nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AccountCode(StrEnum):
    """Every account there is. A new one needs a migration that adds its row."""

    PATIENT_RECEIVABLE = "patient_receivable"
    PATIENT_CREDIT = "patient_credit"
    VISIT_INCOME = "visit_income"
    TAX_PAYABLE = "tax_payable"
    CONTRACTUAL_ADJUSTMENT = "contractual_adjustment"
    SELF_PAY_DISCOUNT = "self_pay_discount"
    FINANCIAL_HELP = "financial_help"
    WRITE_OFF = "write_off"
    INSURER_CASH = "insurer_cash"
    GATEWAY_CLEARING = "gateway_clearing"
    GATEWAY_FEES = "gateway_fees"
    DISPUTED_FUNDS = "disputed_funds"
    CASH_DESK = "cash_desk"
    BANK = "bank"
    SUSPENSE = "suspense"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as billing staff read it. `normal` is the side on which it grows."""

    code: AccountCode
    name: str | Promise
    normal: str  # "debit" or "credit"


CHART: tuple[AccountRow, ...] = (
    AccountRow(AccountCode.PATIENT_RECEIVABLE, _("Patients owe us"), "debit"),
    AccountRow(AccountCode.PATIENT_CREDIT, _("We owe patients"), "credit"),
    AccountRow(AccountCode.VISIT_INCOME, _("Income from care"), "credit"),
    AccountRow(AccountCode.TAX_PAYABLE, _("Tax to hand on"), "credit"),
    AccountRow(AccountCode.CONTRACTUAL_ADJUSTMENT, _("Plan discounts"), "debit"),
    AccountRow(AccountCode.SELF_PAY_DISCOUNT, _("Discounts without a plan"), "debit"),
    AccountRow(AccountCode.FINANCIAL_HELP, _("Financial help given"), "debit"),
    AccountRow(AccountCode.WRITE_OFF, _("Written off"), "debit"),
    AccountRow(AccountCode.INSURER_CASH, _("Paid by plans"), "debit"),
    AccountRow(AccountCode.GATEWAY_CLEARING, _("Held by the payment provider"), "debit"),
    AccountRow(AccountCode.GATEWAY_FEES, _("Fees of the payment provider"), "debit"),
    AccountRow(AccountCode.DISPUTED_FUNDS, _("Held back while a bank asks"), "debit"),
    AccountRow(AccountCode.CASH_DESK, _("Taken at the desk"), "debit"),
    AccountRow(AccountCode.BANK, _("In our bank"), "debit"),
    AccountRow(AccountCode.SUSPENSE, _("Money we cannot place yet"), "credit"),
)
