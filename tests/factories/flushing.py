"""Emptying a database whose triggers refuse to be emptied. For the fixture `committing` alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.core import serializers
from django.core.management.color import no_style
from django.db import connection


def contents() -> str:
    """All rows there are, as text: what the migrations put in."""
    return connection.creation.serialize_db_to_string()


def put_back(text: str) -> None:
    """Empty every table and put `text` back, triggers lifted meanwhile and standing again afterwards."""
    with triggers_lifted(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for table in _tables():
                cursor.execute(f'DELETE FROM "{table}"')
            cursor.execute("DELETE FROM sqlite_sequence")
        else:
            tables = ", ".join(f'"{t}"' for t in _tables())
            cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
        _load(text)
        for sql in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(sql)


@contextmanager
def triggers_lifted() -> Iterator[None]:
    """Do what only somebody with the database file, or its superuser, could do."""
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SET session_replication_role = replica")
            try:
                yield
            finally:
                cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        cursor.execute("PRAGMA foreign_keys = OFF")
        try:
            for name, _sql in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            yield
        finally:
            for _name, sql in triggers:
                cursor.execute(sql)
            cursor.execute("PRAGMA foreign_keys = ON")


def _tables() -> list[str]:
    kept = {"django_migrations"}
    return [t for t in connection.introspection.table_names() if t not in kept]


def _load(text: str) -> None:
    for row in serializers.deserialize("json", text):
        row.save()
