"""Secrets: referred to and never written down."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from conformance_cli.load.documents import Document
from conformance_cli.load.problems import did_you_mean
from conformance_cli.model.diagnostics import ConformanceError, Diagnostic, Location
from conformance_cli.model.pack import Json

#: Keys of ``[auth]`` whose value must be a reference.
SECRET_KEYS = frozenset(("token", "password", "private-key", "client-secret", "value"))
_REFERENCE = re.compile(r"(env|file):(.+)", re.DOTALL)
_MAX_SECRET_BYTES = 64 * 1024

_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_USERINFO = re.compile(r"[a-z][a-z0-9+.-]*://[^/@\s:]*:([^/@\s]+)@", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9+/=_.~-]{32,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PATH = re.compile(r"[.~]{0,2}/")
_SEPARATORS = re.compile(r"[-_.~=]")


def resolve_secret(reference: str, environ: Mapping[str, str], base_dir: Path) -> str:
    """The secret that ``env:NAME`` or ``file:PATH`` refers to.

    A relative path starts from ``base_dir``.  Line breaks at the end are no part of it.
    The caller must make the result known to the redactor at once.

    Raises:
        ConformanceError: ``secret-in-clear`` where it is no reference, ``secret-not-found``
            where nothing is there.  The message never holds the secret.

    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ConformanceError(_in_clear("a secret", None))
    kind, name = match.groups()
    secret = _of_environment(name, environ) if kind == "env" else _of_file(name, base_dir)
    if not secret:
        raise _not_found(f"{reference} is empty", "put the secret there")
    return secret


def is_reference(text: str) -> bool:
    """Whether a text is ``env:NAME`` or ``file:PATH``."""
    return _REFERENCE.fullmatch(text) is not None


def secrets_in_clear(document: Document) -> Iterator[Diagnostic]:
    """Every value of a configuration file that is a secret or looks like one."""
    for path, text, place in _texts(document, document.data, ()):
        name = path[-1]
        if "auth" in path and name in SECRET_KEYS:
            if not is_reference(text):
                yield _in_clear(f'"{name}"', place, _variable(text))
        elif not is_reference(text) and (what := looks_secret(text)):
            yield Diagnostic(
                "secret-in-clear",
                f'the value of "{name}" looks like {what}',
                place,
                "keep it in an environment variable and write ${NAME} here",
            )


def looks_secret(text: str) -> str:
    """What a text looks like if it looks like a secret: ``a private key``; else nothing."""
    if _PEM.search(text):
        return "a private key"
    if _JWT.search(text):
        return "a token"
    if found := _USERINFO.search(text):
        return "" if "${" in found[1] else "a URL with a password"
    # identifiers and paths are long too, and no secrets
    bare = _UUID.sub("", text)
    parts = bare.split("/") if "://" in text or _PATH.match(text) else [bare]
    words = (word for part in parts for word in _WORD.findall(part))
    return "a key or token" if any(map(_random, words)) else ""


def _random(word: str) -> bool:
    """Whether a long word looks drawn by lot rather than chosen by a person.

    Letters, capitals and digits alternate in random text at about every second place; in
    names that people give, at every fourth or fewer.
    """
    text = _SEPARATORS.sub("", word)
    if len(text) < 32 or text.isdigit() or text.isalpha():
        return False
    kinds = [(c.isdigit(), c.isupper(), c in "+/") for c in text]
    changes = sum(a != b for a, b in pairwise(kinds))
    counts = Counter(text)
    bits = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
    return changes / len(text) >= 0.3 and bits >= 3.0


def _texts(
    document: Document, value: Json, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str, Location]]:
    members = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, item in members:
        inner = (*path, name) if isinstance(name, str) else path
        if isinstance(item, str):
            yield inner, item, document.at(value, name)
        else:
            yield from _texts(document, item, inner)


def _variable(text: str) -> str:
    match = re.fullmatch(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", text)
    return match[1] if match else "NAME"


def _in_clear(what: str, place: Location | None, variable: str = "NAME") -> Diagnostic:
    return Diagnostic(
        "secret-in-clear",
        f"{what} must be a reference, not the secret itself",
        place,
        f'write "env:{variable}" or "file:PATH"',
    )


def _of_environment(name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        hint = did_you_mean(name, [n for n in environ if _alike(n, name)], "similar variables")
        raise _not_found(f"the environment variable {name} is not set", hint)
    return environ[name].rstrip("\r\n")


def _alike(name: str, wanted: str) -> bool:
    return name[:1].upper() == wanted[:1].upper()


def _of_file(name: str, base_dir: Path) -> str:
    path = base_dir / Path(name).expanduser()
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_SECRET_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise _not_found(f"{path}: {reason}", "check file: and the path after it") from error
    if len(content) > _MAX_SECRET_BYTES:
        raise _not_found(f"{path} is too large for a secret", "name the file of the secret alone")
    try:
        return content.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise _not_found(f"{path} is no text", "use PEM, not DER, for keys") from error


def _not_found(message: str, hint: str) -> ConformanceError:
    return ConformanceError.of("secret-not-found", message, hint=hint)
