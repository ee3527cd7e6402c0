"""What the sandbox remembers: Stripe-shaped objects, answers by idempotency key, events, orders. One SQLite file.

Its state survives the death of any process, its own included: every change is committed before it is answered.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from portico.platform.kernel import clock

Object = dict[str, Any]

_TABLES = """
create table if not exists objects (
  seq integer primary key, id text unique not null, kind text not null, account text not null,
  created integer not null, reference text not null default '', parent text not null default '',
  data text not null, secret text not null default '{}');
create index if not exists objects_by_kind on objects (kind, account, seq);
create index if not exists objects_by_reference on objects (reference);
create table if not exists answers (
  account text not null, key text not null, fingerprint text not null, created integer not null,
  status integer, body text, primary key (account, key));
create table if not exists events (
  seq integer primary key, id text unique not null, account text not null, data text not null,
  due integer, tries integer not null default 0, delivered integer not null default 0);
create table if not exists orders (
  id integer primary key, operation text not null, reference text not null, what text not null,
  times integer not null, options text not null);
create table if not exists late (
  id integer primary key, due integer not null, operation text not null, call text not null);
create table if not exists settings (name text primary key, value text not null);
"""


class Store:
    """All state, behind one lock: the sandbox favours being right over being fast."""

    def __init__(self, path: Path | str, *, seed: int = 1) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=full")
        self._db.executescript(_TABLES)
        self._depth = 0
        if self.setting("seed") is None:
            self.set("seed", seed)

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction, one thread at a time. Nested changes join the outer one."""
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("begin immediate")
            self._depth += 1
            try:
                yield
                self._db.execute("commit")
            except BaseException:
                self._db.execute("rollback")
                raise
            finally:
                self._depth -= 1

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Run one statement and return what it gave."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    # --- time, names ---------------------------------------------------------------------
    def now(self) -> int:
        """Seconds since 1970 by the house's clock, moved by what the control ordered."""
        return int(clock.now().timestamp()) + int(self.setting("clock") or 0)

    def setting(self, name: str) -> Any:
        found = self.rows("select value from settings where name = ?", name)
        return json.loads(found[0][0]) if found else None

    def set(self, name: str, value: Any) -> None:
        self.rows("insert or replace into settings values (?, ?)", name, json.dumps(value))

    def new_id(self, prefix: str) -> str:
        """A name like Stripe's, the same ones again for the same seed and the same calls."""
        with self.change():
            count = int(self.setting("count") or 0) + 1
            self.set("count", count)
            digest = hashlib.sha256(f"{self.setting('seed')}:{prefix}:{count}".encode())
            return f"{prefix}_{digest.hexdigest()[:24]}"

    # --- objects -------------------------------------------------------------------------
    def add(
        self, thing: Object, *, account: str, parent: str = "", secret: Object | None = None
    ) -> Object:
        """Keep a new object. `secret` holds what the API never shows (a card's behaviour)."""
        self.rows(
            "insert into objects (id, kind, account, created, reference, parent, data, secret)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            thing["id"],
            thing["object"],
            account,
            thing["created"],
            _reference(thing),
            parent,
            json.dumps(thing),
            json.dumps(secret or {}),
        )
        return thing

    def save(self, thing: Object) -> Object:
        self.rows(
            "update objects set data = ?, reference = ? where id = ?",
            json.dumps(thing),
            _reference(thing),
            thing["id"],
        )
        return thing

    def get(self, kind: str, key: str, account: str | None = None) -> Object | None:
        """The object, if the account has it. No account given: whoever has it."""
        found = self.rows("select data, account from objects where kind = ? and id = ?", kind, key)
        if not found or (account is not None and found[0]["account"] != account):
            return None
        loaded: Object = json.loads(found[0]["data"])
        return loaded

    def find(self, key: str, account: str) -> Object | None:
        """Any object of the account by its name."""
        found = self.rows("select data from objects where id = ? and account = ?", key, account)
        if not found:
            return None
        loaded: Object = json.loads(found[0]["data"])
        return loaded

    def set_secret(self, key: str, secret: Object) -> None:
        self.rows("update objects set secret = ? where id = ?", json.dumps(secret), key)

    def account_of(self, key: str) -> str:
        return str(self.rows("select account from objects where id = ?", key)[0][0])

    def secret(self, key: str) -> Object:
        found = self.rows("select secret from objects where id = ?", key)
        loaded: Object = json.loads(found[0][0]) if found else {}
        return loaded

    def all(
        self, kind: str, *, account: str | None = None, reference: str = "", parent: str = ""
    ) -> list[Object]:
        """Newest first, as Stripe lists."""
        sql, values = "select data from objects where kind = ?", [kind]
        for column, value in (
            ("account", account),
            ("reference", reference or None),
            ("parent", parent or None),
        ):
            if value is not None:
                sql, values = f"{sql} and {column} = ?", [*values, value]
        return [json.loads(row[0]) for row in self.rows(f"{sql} order by seq desc", *values)]


def _reference(thing: Object) -> str:
    return str((thing.get("metadata") or {}).get("reference", ""))
