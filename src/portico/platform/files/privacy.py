"""How private the columns about stored files are. Their bytes are encrypted and stand elsewhere."""

from portico.platform.kernel.privacy import INTERNAL

PRIVACY = {
    "StoredFile": {INTERNAL: "id patient_id kind media_type size sha256 stored_at"},
}
