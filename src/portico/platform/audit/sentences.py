"""What an audit row says, in words that a patient reads."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portico.platform.audit.models import AuditRow
from portico.platform.kernel import events

reads: dict[str, object] = {}


def name_read(kind: str, sentence: object) -> None:
    """Say in words what the read `kind` (the query's name) shows: "looked at the list of bills"."""
    reads[kind] = sentence


def sentence_of(row: AuditRow) -> str:
    """The row in words, without who and when: "opened a bill", "asked for something they may not see"."""
    if row.act == "refusal":
        return _("was refused")
    if row.act == "read":
        return str(reads.get(row.kind) or _("looked at the record"))
    event = events.registry.get(row.kind)
    return str(event.sentence) if event and event.sentence else _("changed nothing")
