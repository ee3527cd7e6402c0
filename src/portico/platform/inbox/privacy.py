"""How private the columns of the inbox are: a body may hold anything a sender knows."""

from portico.platform.kernel.privacy import HEALTH_SENSITIVE, INTERNAL

PRIVACY = {
    "Message": {
        INTERNAL: "id channel message_id sha256 content_type notes state reason tries received_at"
        " handled_at",
        HEALTH_SENSITIVE: "body",
    },
    "Forgery": {INTERNAL: "id channel day count"},
}
