"""How private the columns of the ledger are."""

from portico.platform.kernel.privacy import INTERNAL, MONEY, PUBLIC

PRIVACY = {
    "Account": {PUBLIC: "code normal"},
    "Posting": {INTERNAL: "id source_kind source_id recipe posted_at reverses"},
    "Entry": {
        INTERNAL: "id posting account direction currency patient charge_id entity_id",
        MONEY: "amount_minor",
    },
}
