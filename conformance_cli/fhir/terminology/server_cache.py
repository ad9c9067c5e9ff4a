"""Answers of a terminology server, kept for the next time."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance_cli.fhir.terminology.protocol import Answer, Standing

if TYPE_CHECKING:
    import sqlite3

Json = Any

#: How many answers are kept in memory.
_MOST: Final = 50_000
_TABLE: Final = "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL)"


class AnswerCache:
    """Keeps answers that are certain, in memory and in an SQLite file if one is named.

    The file may serve several servers and processes at once.  It is a convenience: what
    goes wrong with it is passed over.  Deleting it forgets all answers.
    """

    def __init__(self, path: Path | None, base_url: str) -> None:
        self._base_url = base_url
        self._memory: dict[str, Answer] = {}
        self._file = None if path is None else _opened(path)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def get(self, operation: str, body: Mapping[str, Json]) -> Answer | None:
        """The answer to a request that was made before."""
        key = self._key(operation, body)
        found = self._memory.get(key)
        if found is None and self._file is not None:
            found = _stored(self._file, key)
            if found is not None:
                self._remember(key, found)
        return found

    def put(self, operation: str, body: Mapping[str, Json], answer: Answer) -> None:
        """Keep an answer; on disk only if it is certain."""
        key = self._key(operation, body)
        self._remember(key, answer)
        if self._file is not None and answer.standing is not Standing.UNKNOWN:
            _store(self._file, key, answer)

    def _remember(self, key: str, answer: Answer) -> None:
        if len(self._memory) >= _MOST:
            self._memory.clear()
        self._memory[key] = answer

    def _key(self, operation: str, body: Mapping[str, Json]) -> str:
        asked = json.dumps([self._base_url, operation, body], sort_keys=True, default=str)
        return hashlib.sha256(asked.encode()).hexdigest()


def _opened(path: Path) -> sqlite3.Connection | None:
    import sqlite3

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=1.0, isolation_level=None)
    except (sqlite3.Error, OSError):
        return None
    try:
        connection.execute(_TABLE)
    except sqlite3.Error:
        connection.close()
        return None
    return connection


def _stored(file: sqlite3.Connection, key: str) -> Answer | None:
    import sqlite3

    try:
        row = file.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
        said = json.loads(row[0]) if row else None
        if not isinstance(said, dict):
            return None
        displays = tuple(one for one in said.get("displays", ()) if isinstance(one, str))
        standing = Standing(said["standing"])
        return Answer(
            standing,
            str(said.get("reason", "")),
            displays=displays,
            system=said.get("system"),
            note=str(said.get("note", "")),
        )
    except (sqlite3.Error, ValueError, KeyError, TypeError):
        return None


def _store(file: sqlite3.Connection, key: str, answer: Answer) -> None:
    import sqlite3

    said = {
        "standing": answer.standing.value,
        "reason": answer.reason,
        "displays": answer.displays,
        "system": answer.system,
        "note": answer.note,
    }
    with contextlib.suppress(sqlite3.Error):
        file.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, json.dumps(said)))
