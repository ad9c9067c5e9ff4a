"""A real Patient costs the command no more imports than a sound resource needs."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from tests.cli.lightness import heavy_imports
from tests.corpora.packaged import EXAMPLES, PACKAGES

CORE = PACKAGES / "hl7.fhir.r4.core-4.0.1.tgz"


@pytest.mark.skipif(
    not (CORE.exists() and EXAMPLES.exists()), reason="the packages of R4 are not at hand"
)
def test_a_patient_with_names_addresses_and_a_narrative(tmp_path: Path) -> None:
    with tarfile.open(EXAMPLES) as archive:
        member = archive.extractfile("package/Patient-example.json")
        assert member is not None
        (tmp_path / "patient.json").write_text(json.dumps(json.load(member)))
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    given = ("--package", str(CORE), "patient.json")
    assert heavy_imports(*given, cwd=tmp_path, env=env) == []
