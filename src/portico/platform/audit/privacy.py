"""How private the columns of the audit are: who saw whose record is private, though no word of it is there."""

from portico.platform.kernel.privacy import INTERNAL, PERSONAL

PRIVACY = {
    "AuditRow": {
        INTERNAL: "id at actor_kind actor_id act kind permission relation purpose request_id digest",
        PERSONAL: "patient_id patient_ids details source",
    },
    "AuditSeal": {
        INTERNAL: "id first_id last_id row_count previous_digest digest sealed_at",
    },
}
