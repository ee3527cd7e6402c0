"""How private the columns of imports are. Paths and reasons never repeat a value of the file."""

from portico.platform.kernel.privacy import INTERNAL, PERSONAL

PRIVACY = {
    "Batch": {INTERNAL: "id system started_at finished_at started_by read stored unchanged"},
    "RefusedFile": {
        INTERNAL: "id batch sha256 path reason refused_at",
        PERSONAL: "file_name",
    },
    "PossibleMatch": {
        INTERNAL: "id batch reason found_at decided_at",
        PERSONAL: "newer older is_same",
    },
}
