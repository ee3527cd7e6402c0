"""How private the columns of billing are. A charge says what was done to somebody: that is health."""

from portico.platform.kernel.privacy import HEALTH, INTERNAL, MONEY, PUBLIC

_AMOUNTS = "price_minor tax_minor discount_minor"
_SHARES = "plan_paid_minor copay_minor deductible_minor coinsurance_minor not_covered_minor other_share_minor"

PRIVACY = {
    "BillingEntity": {
        PUBLIC: "code legal_name tax_id address phone statement_descriptor currency number_prefix",
        INTERNAL: "id gateway_account next_number",
    },
    "Charge": {
        INTERNAL: "id entity patient source_key stage currency entered_at",
        HEALTH: "description kind code code_system service_date provider_name chart_reference",
        MONEY: f"payer_name {_AMOUNTS}",
    },
    "Adjudication": {
        INTERNAL: "id charge patient source_key current currency entered_at",
        MONEY: f"payer_name claim_number discount_minor decided_date {_SHARES}",
    },
    "Bill": {
        INTERNAL: "id entity patient version supersedes source_key history currency line_count digest"
        " content_digest issued_at issued_date",
        HEALTH: "title service_date provider_name correction_reason",
        MONEY: "number due_date decided_date payer_name claim_number price_minor owed_minor",
    },
    "BillLine": {
        INTERNAL: "id bill charge patient position currency",
        HEALTH: "description kind code code_system service_date provider_name chart_reference",
        MONEY: f"{_AMOUNTS} help_minor paid_minor owed_minor {_SHARES}",
    },
    "ImportDifference": {
        INTERNAL: "id patient source_key kind line currency noted_at",
        MONEY: "stated_minor found_minor",
    },
}
