"""How private the columns of the record are: nearly all of it is somebody's health."""

from portico.platform.kernel.privacy import HEALTH_SENSITIVE, INTERNAL, PERSONAL

PRIVACY = {
    "Source": {
        INTERNAL: "id batch_id system format sha256 byte_count resource_count received_at",
        PERSONAL: "file_name",  # files are often named for the patient
        HEALTH_SENSITIVE: "content",
    },
    "Resource": {
        INTERNAL: "id patient type version is_current source batch_id system sha256 stored_at last_updated",
        PERSONAL: "fhir_id source_key",
        HEALTH_SENSITIVE: "status category code code_system display date_text starts_at ends_at encounter text",
    },
    "Identifier": {INTERNAL: "id resource patient system", PERSONAL: "value"},
    "WaitingReference": {INTERNAL: "id resource patient system", PERSONAL: "target value"},
}
