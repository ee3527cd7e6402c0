"""Words for what an import may come to."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Why two people may be one, by the slug kept with the pair.
MATCH_REASONS: dict[str, str | Promise] = {
    "same-number": _("Both carry the same number, but name or birth date differ."),
    "many-numbers": _("The newer one's numbers belong to more than one person."),
    "same-name-and-birth": _("Both have the same name and birth date, but no number in common."),
}

PATIENT_MISSING = (
    "This is about a patient who is neither in these files nor in the record. "
    "Import the patient's own file with it."
)
ID_REUSED = (
    "This id belonged to somebody with another name and another birth date. "
    "If the file comes from another system, import it under that system's name."
)
NOT_WRITTEN = (
    "This could not be written, so nothing of the file was kept. "
    "Look whether the disk is full, then import it again."
)
NOT_FINISHED = (
    "The import could not be finished. Look whether the disk is full, then import again: "
    "bills and people follow then."
)
NOT_OPENED = "This file cannot be opened. Look whether it is there and may be read."
