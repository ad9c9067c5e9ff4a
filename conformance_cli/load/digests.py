"""Digests that say exactly which definition was used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from conformance_cli.model.diagnostics import DefinitionError


def content_digest(content: Mapping[str, Any]) -> str:
    """``sha256:...`` of JSON with sorted keys, without spaces, in UTF-8."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode('utf-8')).hexdigest()}"


def folder_digest(folder: Path, bases: Iterable[str] = ()) -> str:
    """``sha256:...`` of the files of a folder: each relative path and the digest of its bytes.

    ``bases`` are the digests of what it is built on.  Hidden files and caches are no part
    of a definition.

    Raises:
        DefinitionError: a link leads out of the folder.

    """
    total = hashlib.sha256()
    for base in bases:
        total.update(f"base\0{base}\n".encode())
    root = folder.resolve()
    for name, path in sorted((p.relative_to(folder).as_posix(), p) for p in folder.rglob("*")):
        if not path.is_file() or any(p.startswith((".", "__")) for p in Path(name).parts):
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            raise DefinitionError.of(
                "path-escape",
                f"{name} is a link that leads out of the folder",
                place=str(path),
                hint="put the file itself there",
            )
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{name}\0{digest}\n".encode())
    return f"sha256:{total.hexdigest()}"
