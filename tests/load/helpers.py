"""What the tests of the load layer share: small folders of files, and errors as tuples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from conformance_cli.load.catalogue import Catalogue
from conformance_cli.model.diagnostics import ConformanceError, Diagnostic, Location

PROFILE = """\
profile: acme
version: 1.0.0
title: Acme
status: active
sources: {G: {title: Guide}}
sections: {A: Part A}
options: {booking: {title: Books, default: true}}
requirements:
  - {id: ACME-1, level: SHALL, section: A, text: One., source: {ref: G}}
  - id: ACME-2
    level: SHOULD
    text: Two.
    source: {ref: G, at: page 2}
    applies-if: option.booking
"""

PACK = """\
pack: acme
version: 1.0.0
title: Acme
certifies: [acme@^1]
fixtures:
  patient: {title: A patient}
interactions:
  read: {method: GET, path: "/Patient/${fixture.patient}"}
  create: {method: POST, path: /Patient, body: patient}
"""

TESTS = """\
- test: reads
  title: A patient can be read
  verifies: ACME-1
  effect: read
  steps:
    - call: read
      expect: [{status: 200}]
"""

PATIENT = "resourceType: Patient\nid: ${fixture.patient}\nactive: true\n"


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write files under a folder and return it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def pack_folder(
    root: Path, pack: str = PACK, tests: str = TESTS, files: Mapping[str, str] | None = None
) -> Path:
    """A pack folder of its own."""
    return write(
        root,
        {
            "pack.yaml": pack,
            "tests/all.yaml": tests,
            "bodies/patient.yaml": PATIENT,
            "CHANGELOG.md": "# 1.0.0\n",
            **(files or {}),
        },
    )


def catalogue_folder(root: Path, files: Mapping[str, str] | None = None) -> Path:
    """A catalogue with the profile and the pack from above."""
    write(root, {"profiles/acme/1.0.0/profile.yaml": PROFILE})
    pack_folder(root / "test_packs/acme/1.0.0")
    return write(root, files or {})


def small_catalogue(root: Path, files: Mapping[str, str] | None = None) -> Catalogue:
    """The catalogue of that folder, and nothing else."""
    return Catalogue([catalogue_folder(root, files)])


def problems(action: Callable[[], object]) -> tuple[Diagnostic, ...]:
    """The diagnostics that an action ends with."""
    with pytest.raises(ConformanceError) as caught:
        action()
    return caught.value.diagnostics


def problem(action: Callable[[], object]) -> Diagnostic:
    """The only diagnostic that an action ends with."""
    found = problems(action)
    assert len(found) == 1, found
    return found[0]


def line_of(diagnostic: Diagnostic) -> tuple[str, int]:
    """File name and line of a diagnostic."""
    assert isinstance(diagnostic.place, Location), diagnostic
    return Path(diagnostic.place.file).name, diagnostic.place.line


def line(text: str, words: str, occurrence: int = 1) -> int:
    """The 1-based line of a text on which some words stand."""
    lines = [n for n, one in enumerate(text.splitlines(), 1) if words in one]
    return lines[occurrence - 1]


def codes(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """The codes of diagnostics, in their order."""
    return [d.code for d in diagnostics]


def no_base(ref: str) -> object:
    """A base that is not there."""
    raise ConformanceError.of("profile-not-found", f"no {ref}")
