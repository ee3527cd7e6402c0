"""How private the columns of the queue are: payloads hold identifiers and slugs only."""

from portico.platform.kernel.privacy import INTERNAL

PRIVACY = {
    "Job": {
        INTERNAL: "id topic payload key state run_after attempts worker leased_until error created_at"
        " finished_at",
    },
    "Schedule": {INTERNAL: "name due_at last_at"},
}
