"""How an actor stands to the person acted for, and why they ask."""

from __future__ import annotations

from enum import StrEnum


class Relation(StrEnum):
    """The relation between an actor and the patient of a call."""

    NONE = "none"
    SELF = "self"
    PROXY = "proxy"
    STAFF = "staff"
    SYSTEM = "system"


class Purpose(StrEnum):
    """Why a call is made (HL7 v3 PurposeOfUse, in our words)."""

    SELF = "self"  # a person for themselves, or for somebody they care for
    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
