"""The examples of GP Connect and of other STU3 standards: all are judged.

They are of several years and versions, and were never validated together; those that are
refused are listed beside this test, with their defects.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance_cli.fhir import Validator, open_packages
from tests.corpora.defects import SHARED, archives, differences, errors, table

EXAMPLES = SHARED / "fhir" / "examples" / "gp-connect-stu3"
DEFECTS = Path(__file__).with_name("gp_connect_defects.txt")
STU3 = (
    "hl7.fhir.r3.core-*",
    "local.nhs.gpconnect.stu3.core-*",
    "local.nhs.gpconnect.stu3.simplifier-*",
)

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason=f"{EXAMPLES} is not at hand")


def test_those_with_defects_are_refused_and_no_others(tmp_path: Path) -> None:
    validator = Validator(open_packages(archives(*STU3), tmp_path, tmp_path / "none"))
    found = {
        f"{path.parent.name}/{path.stem}": errors(validator, path.read_bytes())
        for path in EXAMPLES.glob("*/*.json")
    }

    assert len(found) == 356
    assert differences(found, table(DEFECTS.read_text("utf-8"))) == []
