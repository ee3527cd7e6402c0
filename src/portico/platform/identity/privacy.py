"""How private the columns of accounts and people are."""

from portico.platform.kernel.privacy import INTERNAL, PERSONAL, PUBLIC, SECRET

PRIVACY = {
    "Person": {INTERNAL: "id created_at"},
    "PersonLink": {INTERNAL: "id merged survivor linked_at", PERSONAL: "reason"},
    "Account": {
        INTERNAL: "id person phone_verified is_staff_member is_active language created_at last_login",
        PERSONAL: "username email phone display_name",
        SECRET: "password",
    },
    "StaffRole": {INTERNAL: "id account role location_id entity_id granted_at"},
    "Application": {
        PUBLIC: "name client_type authorization_grant_type algorithm redirect_uris"
        " post_logout_redirect_uris allowed_origins",
        INTERNAL: "id client_id user hash_client_secret skip_authorization created updated"
        " registration_source cimd_expires_at",
        SECRET: "client_secret",
    },
}
