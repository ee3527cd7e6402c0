"""`portico import PATH…`: files and folders into the record."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from portico.domain.intake import exchanges
from portico.domain.intake.exchanges import FileToRead, Report
from portico.platform.gate.calls import system_call
from portico.platform.jobs import worker

SOME_REFUSED = 3
# Texts that lie beside data and are not data.
_BESIDE = frozenset({".md", ".txt", ".csv", ".pdf", ".html", ".sha256", ".license"})


class Command(BaseCommand):
    help = (
        "Import files or folders (plain or gzipped): FHIR R4 bundles, NDJSON, single resources. "
        "One call is one unit: the order does not matter. Exit 0: all taken; 3: some refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument(
            "--system",
            default=exchanges.DEFAULT_SYSTEM,
            help="who sent the files; within one system a type and id mean one thing",
        )
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *, paths: list[Path], system: str, json: bool, **options: Any) -> None:
        files = [_file(path) for given in paths for path in _files_below(given)]
        bar = _Bar(sys.stderr) if sys.stderr.isatty() else None
        report = exchanges.import_files(
            system_call("import"), files=files, system=system[:60], progress=bar
        )
        if bar:
            bar.end()
        try:
            failed = worker.drain().failed
        except DatabaseError:
            self.stderr.write("The background work could not start; the worker will do it.")
            failed = 0
        if failed:
            self.stderr.write(
                f"{failed} background jobs failed and will be tried again; staff see them under jobs."
            )
        self.stdout.write(_as_json(report) if json else _as_text(report, len(files)))
        if report.refused:
            sys.exit(SOME_REFUSED)


class _Bar:
    """A progress bar for people at a terminal."""

    WIDTH = 30

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def __call__(self, done: int, of: int, name: str) -> None:
        filled = self.WIDTH * done // max(of, 1)
        bar = "█" * filled + "░" * (self.WIDTH - filled)
        self.out.write(f"\r\x1b[K{bar} {done}/{of} {Path(name).name[:40]}")
        self.out.flush()

    def end(self) -> None:
        self.out.write("\r\x1b[K")


def _files_below(given: Path) -> list[Path]:
    """A file that was named, whatever it is; of a folder all files but hidden ones and texts about the data."""
    if not given.is_dir():
        return [given]
    return sorted(
        path
        for path in given.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(given).parts)
        and path.suffix.lower() not in _BESIDE
    )


def _file(path: Path) -> FileToRead:
    return FileToRead(name=str(path), read=path.read_bytes)


def _as_json(report: Report) -> str:
    return json.dumps(
        {
            "read": report.read,
            "stored": report.stored,
            "unchanged": report.unchanged,
            "refused": [
                {"file": r.file, "path": r.path, "reason": r.reason} for r in report.refused
            ],
        },
        indent=2,
    )


def _as_text(report: Report, files: int) -> str:
    taken = f"{files - len(report.refused)} of {files} files taken"
    lines = [
        f"{taken}: {report.read} resources read, {report.stored} stored, {report.unchanged} there already."
    ]
    for refusal in report.refused:
        place = f" at {refusal.path}" if refusal.path else ""
        lines.append(f"Refused: {refusal.file}{place}. {refusal.reason}")
    return "\n".join(lines)
