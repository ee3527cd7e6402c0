"""How private the columns about people are."""

from portico.platform.kernel.privacy import INTERNAL, PERSONAL, SECRET

PRIVACY = {
    "Profile": {
        INTERNAL: "person birth_precision language updated_at",
        PERSONAL: "full_name given family folded_name birth_date record_number",
    },
    "ContactPoint": {INTERNAL: "id person kind created_at", PERSONAL: "value"},
    "Enrolment": {
        INTERNAL: "id person checked_by issued_at expires_at opened_at used_at revoked_at tries",
        PERSONAL: "username document",
        SECRET: "code_hash",
    },
    "EnrolmentTry": {INTERNAL: "id tried_at", PERSONAL: "source_hash"},
    "SignUp": {
        INTERNAL: "id state language account person decided_by asked_at decided_at birth_precision",
        PERSONAL: "full_name birth_date email reason",
    },
}
