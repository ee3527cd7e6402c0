"""Roles are data: which rights each one carries. Guessing is not a role."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portico.platform.access.permissions import Permission as P

ANYBODY = frozenset({P.SIGN_UP, P.ENROLMENT_REDEEM})

# A signed-in person for themselves.
SELF = ANYBODY | {
    P.ACCOUNT_OWN,
    P.BILLS_READ,
    P.PAYMENTS_READ,
    P.PAYMENTS_MAKE,
    P.RECORD_READ,
}

# Somebody who cares for the patient; what exactly they see is narrowed by the grant.
PROXY = frozenset({P.BILLS_READ, P.PAYMENTS_READ, P.PAYMENTS_MAKE, P.RECORD_READ})

_STAFF = frozenset({P.ACCOUNT_OWN, P.STAFF_HOME, P.PEOPLE_READ})

STAFF_ROLES: dict[str, frozenset[P]] = {
    "clinician": _STAFF | {P.RECORD_READ},
    "nurse": _STAFF | {P.RECORD_READ},
    "front_desk": _STAFF | {P.ENROLMENT_ISSUE, P.SIGN_UPS_MATCH},
    "billing": _STAFF
    | {
        P.BILLS_READ_ALL,
        P.BILLS_PUBLISH,
        P.PAYMENTS_READ_ALL,
        P.REFUNDS_REQUEST,
        P.IMPORT_READ,
        P.IMPORT_RUN,
        P.JOBS_READ,
    },
    "privacy_officer": _STAFF | {P.AUDIT_READ, P.SIGN_UPS_MATCH, P.IMPORT_READ},
    "administrator": _STAFF
    | {
        P.INSTALLATION_MANAGE,
        P.JOBS_READ,
        P.JOBS_RETRY,
        P.IMPORT_READ,
        P.IMPORT_RUN,
        P.AUDIT_READ,
    },
}

LABELS: dict[str, str | Promise] = {
    "clinician": _("Clinician"),
    "nurse": _("Nurse"),
    "front_desk": _("Front desk"),
    "billing": _("Billing desk"),
    "privacy_officer": _("Privacy officer"),
    "administrator": _("Administrator"),
}
