"""The upload: a few files at once, each of a size that a request can carry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

MOST_FILES = 50
LARGEST_MB = 25
LARGEST_TOTAL_MB = 100


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or more files, with limits on number and size told in words."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        files = [super(ManyFilesField, self).clean(one, initial) for one in given or [None]]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(
                _("Choose at most %(number)s files at once."), params={"number": MOST_FILES}
            )
        for file in files:
            if file.size > LARGEST_MB * 1024**2:
                raise forms.ValidationError(
                    _(
                        "%(name)s is larger than %(size)s MB. Ask your administrator to import it "
                        "with the portico program."
                    ),
                    params={"name": file.name, "size": LARGEST_MB},
                )
        if sum(file.size for file in files) > LARGEST_TOTAL_MB * 1024**2:
            raise forms.ValidationError(
                _("Together the files are larger than %(size)s MB. Choose fewer at once."),
                params={"size": LARGEST_TOTAL_MB},
            )
        return files


class UploadForm(forms.Form):
    """Files to import and who sent them."""

    uploads = ManyFilesField(
        label=_("Files"),
        help_text=_(
            "FHIR R4 as JSON or NDJSON, plain or gzipped. Up to 50 files of up to 25 MB each."
        ),
        allow_empty_file=True,
        error_messages={"required": _("Choose at least one file.")},
    )
    system = forms.SlugField(
        label=_("Sent by"),
        help_text=_(
            "A short name of the system the files come from, such as “files”. "
            "Use the same name each time: within one system an id means one thing."
        ),
        max_length=60,
        initial="files",
        error_messages={
            "required": _("Say which system sent the files."),
            "invalid": _("Use letters, digits, hyphens and underscores only."),
        },
    )
