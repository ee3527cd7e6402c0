"""Templates stand beside the code that fills them: the loader looks below `portico/` and takes .html, .txt and .typ."""

from __future__ import annotations

from pathlib import Path

from django.template.loaders.filesystem import Loader as FilesystemLoader

ROOT = Path(__file__).resolve().parent.parent


class Loader(FilesystemLoader):
    """Finds `web/patient/bills/bill.html` by that name, and nothing that is not a template."""

    def get_dirs(self) -> list[Path]:
        return [ROOT]

    def get_template_sources(self, template_name: str):  # type: ignore[no-untyped-def]
        if template_name.endswith((".html", ".txt", ".typ")):
            yield from super().get_template_sources(template_name)
