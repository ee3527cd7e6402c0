"""Every right there is. A slug reads `thing.verb`; the text is shown to administrators."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """Rights, in alphabetical order."""

    ACCOUNT_OWN = "account.own"
    AUDIT_READ = "audit.read"
    BILLS_PUBLISH = "bills.publish"
    BILLS_READ = "bills.read"
    BILLS_READ_ALL = "bills.read-all"
    ENROLMENT_ISSUE = "enrolment.issue"
    ENROLMENT_REDEEM = "enrolment.redeem"
    IMPORT_READ = "import.read"
    IMPORT_RUN = "import.run"
    INSTALLATION_MANAGE = "installation.manage"
    JOBS_READ = "jobs.read"
    JOBS_RETRY = "jobs.retry"
    MACHINE_RUN = "machine.run"
    PAYMENTS_MAKE = "payments.make"
    PAYMENTS_READ = "payments.read"
    PAYMENTS_READ_ALL = "payments.read-all"
    PEOPLE_READ = "people.read"
    RECORD_READ = "record.read"
    REFUNDS_REQUEST = "refunds.request"
    SIGN_UP = "sign-up"
    SIGN_UPS_MATCH = "sign-ups.match"
    STAFF_HOME = "staff.home"


DESCRIPTIONS: dict[Permission, str | Promise] = {
    Permission.ACCOUNT_OWN: _("Change one's own sign-in and contact details"),
    Permission.AUDIT_READ: _("Read who saw what"),
    Permission.BILLS_PUBLISH: _("Publish and correct bills"),
    Permission.BILLS_READ: _("Read the bills of the person acted for"),
    Permission.BILLS_READ_ALL: _("Read everybody's bills"),
    Permission.ENROLMENT_ISSUE: _("Check a person's identity and print an enrolment letter"),
    Permission.ENROLMENT_REDEEM: _("Use the code of an enrolment letter"),
    Permission.IMPORT_READ: _("See what was imported"),
    Permission.IMPORT_RUN: _("Import files into the record"),
    Permission.INSTALLATION_MANAGE: _("Set up this installation"),
    Permission.JOBS_READ: _("See background work that failed"),
    Permission.JOBS_RETRY: _("Try failed background work again"),
    Permission.MACHINE_RUN: _("Do the background work of the installation"),
    Permission.PAYMENTS_MAKE: _("Pay bills of the person acted for"),
    Permission.PAYMENTS_READ: _("Read the payments of the person acted for"),
    Permission.PAYMENTS_READ_ALL: _("Read everybody's payments"),
    Permission.PEOPLE_READ: _("Find people and see who they are"),
    Permission.RECORD_READ: _("Read the record of the person acted for"),
    Permission.REFUNDS_REQUEST: _("Ask for money to be paid back"),
    Permission.SIGN_UP: _("Ask for an account"),
    Permission.SIGN_UPS_MATCH: _("Decide which person a sign-up belongs to"),
    Permission.STAFF_HOME: _("Open the staff pages"),
}
