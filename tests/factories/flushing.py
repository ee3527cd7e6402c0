"""Emptying a database whose triggers refuse to be emptied. For the fixture `committing` alone."""

from __future__ import annotations

from django.apps import apps
from django.core import serializers
from django.core.management.color import no_style
from django.db import connection


def contents() -> str:
    """All rows there are, as text: what the migrations put in."""
    return connection.creation.serialize_db_to_string()


def put_back(text: str) -> None:
    """Empty every table and put `text` back, triggers lifted meanwhile and standing again afterwards."""
    if connection.vendor == "sqlite":
        _put_back_on_sqlite(text)
    else:
        _put_back_on_postgresql(text)


def _put_back_on_sqlite(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        cursor.execute("PRAGMA foreign_keys = OFF")
        try:
            for name, _sql in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            for table in _tables():
                cursor.execute(f'DELETE FROM "{table}"')
            _load(text)
        finally:
            for _name, sql in triggers:
                cursor.execute(sql)
            cursor.execute("PRAGMA foreign_keys = ON")


def _put_back_on_postgresql(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            tables = ", ".join(f'"{t}"' for t in _tables())
            cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
            _load(text)
            for sql in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
                cursor.execute(sql)
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def _tables() -> list[str]:
    kept = {"django_migrations"}
    return [t for t in connection.introspection.table_names() if t not in kept]


def _load(text: str) -> None:
    for row in serializers.deserialize("json", text):
        row.save()
