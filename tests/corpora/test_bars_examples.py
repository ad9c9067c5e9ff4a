"""The examples of the booking and referral standard (BaRS): only those with defects are refused."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from conformance_cli.fhir import Validator, open_packages
from tests.corpora.defects import R4, archives, differences, errors, table

BARS = archives("local.nhsbooking.bars-*")
#: Its profiles build on the UK Core that is in the making.
PACKAGES = archives(*R4, "fhir.r4.ukcore.stu3-*") + BARS

pytestmark = pytest.mark.skipif(not BARS, reason="the package of BaRS is not at hand")

DEFECTS = table("""
binding-required binding-maximum: a status or a language in codes of another system
    Bundle-09b53c07-2a21-4ba5-ac8b-f33e486d794d Bundle-16807969-230c-4aa4-af7b-8872394bd44e
    Bundle-256a050f-9896-4b32-95ff-62f044722c83 Bundle-446053f9-047a-4c67-b021-58871edb4414
    Bundle-5c0f004f-dfb4-4b77-a73d-a685aa2ce7b1-dup2
    Bundle-5c0f004f-dfb4-4b77-a73d-a685aa2ce7b1-dup3 Bundle-76a303c5-3260-4a80-96b9-5c7995514bc1
    Bundle-76a303c5-3260-4a80-96b9-5c7995514bc1-dup2 Bundle-777a156c-af3c-4748-a8a3-7e95e4b0df9a
    Bundle-79120f41-a431-4f08-bcc5-1e67006fcae0 Bundle-79120f41-a431-4f08-bcc5-1e67006fcae0-dup2
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup4
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup5
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup6
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup7
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup8 Bundle-8e5fc76d-e1cf-4004-b4b3-5717a5807e86
    Bundle-8e5fc76d-e1cf-4004-b4b3-5717a5807e86-dup2 Bundle-9ae77bb4-db12-42f3-a90c-733fe232f26c
    Bundle-a961e68a-50e9-4988-9b14-4bfa4629d761 Bundle-b8465a28-89ce-4530-8234-6fbe4aef6001
    Bundle-b8465a28-89ce-4530-8234-6fbe4aef6001-dup2 Bundle-baebe535-9d6c-4b0f-8bc6-8f4b157d44ac
    Bundle-bc040878-cf51-4acf-9ede-7448fbb5be7c Bundle-c4b190d6-9623-4235-859d-e3d4c09d5658
    Bundle-ca337cfa-f564-4948-97bf-4134968caba6 Bundle-dcd2aaa9-efe2-4df2-bb34-ad4ee9a41f28
    Patient-529b583f-5e01-41ea-9b49-0b7e3fee719f
reference-no-profile-fits: the patient that is referred to is none of UK Core's, for the same reason
    Bundle-09b53c07-2a21-4ba5-ac8b-f33e486d794d Bundle-16807969-230c-4aa4-af7b-8872394bd44e
    Bundle-256a050f-9896-4b32-95ff-62f044722c83 Bundle-5c0f004f-dfb4-4b77-a73d-a685aa2ce7b1-dup2
    Bundle-5c0f004f-dfb4-4b77-a73d-a685aa2ce7b1-dup3 Bundle-76a303c5-3260-4a80-96b9-5c7995514bc1
    Bundle-76a303c5-3260-4a80-96b9-5c7995514bc1-dup2 Bundle-79120f41-a431-4f08-bcc5-1e67006fcae0
    Bundle-79120f41-a431-4f08-bcc5-1e67006fcae0-dup2 Bundle-86e3371d-1c15-4862-9552-d9560f8292ba
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup4
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup5
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup6
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup7
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup8 Bundle-8e5fc76d-e1cf-4004-b4b3-5717a5807e86
    Bundle-8e5fc76d-e1cf-4004-b4b3-5717a5807e86-dup2 Bundle-9ae77bb4-db12-42f3-a90c-733fe232f26c
    Bundle-a961e68a-50e9-4988-9b14-4bfa4629d761 Bundle-b8465a28-89ce-4530-8234-6fbe4aef6001
    Bundle-b8465a28-89ce-4530-8234-6fbe4aef6001-dup2 Bundle-baebe535-9d6c-4b0f-8bc6-8f4b157d44ac
    Bundle-bc040878-cf51-4acf-9ede-7448fbb5be7c Bundle-c4b190d6-9623-4235-859d-e3d4c09d5658
    Bundle-ca337cfa-f564-4948-97bf-4134968caba6 Bundle-dcd2aaa9-efe2-4df2-bb34-ad4ee9a41f28
code-display: a display that its code system does not have
    Bundle-09b53c07-2a21-4ba5-ac8b-f33e486d794d Bundle-16807969-230c-4aa4-af7b-8872394bd44e
    Bundle-256a050f-9896-4b32-95ff-62f044722c83 Bundle-446053f9-047a-4c67-b021-58871edb4414
    Bundle-76a303c5-3260-4a80-96b9-5c7995514bc1 Bundle-76a303c5-3260-4a80-96b9-5c7995514bc1-dup2
    Bundle-777a156c-af3c-4748-a8a3-7e95e4b0df9a Bundle-79120f41-a431-4f08-bcc5-1e67006fcae0
    Bundle-79120f41-a431-4f08-bcc5-1e67006fcae0-dup2
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup4
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup5
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup6
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup7
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup8 Bundle-a961e68a-50e9-4988-9b14-4bfa4629d761
    Bundle-b8465a28-89ce-4530-8234-6fbe4aef6001 Bundle-b8465a28-89ce-4530-8234-6fbe4aef6001-dup2
    Bundle-baebe535-9d6c-4b0f-8bc6-8f4b157d44ac Bundle-bc040878-cf51-4acf-9ede-7448fbb5be7c
    Flag-05cdd904-158a-4c8e-93df-d2629ba91636 Flag-0c29eb812-09b7-4ada-a84c-839d7727fa99
code-unknown: a code that its code system does not have
    Bundle-256a050f-9896-4b32-95ff-62f044722c83 Bundle-5c0f004f-dfb4-4b77-a73d-a685aa2ce7b1-dup2
    Bundle-5c0f004f-dfb4-4b77-a73d-a685aa2ce7b1-dup3
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup4
    Bundle-86e3371d-1c15-4862-9552-d9560f8292ba-dup5
    Bundle-b8465a28-89ce-4530-8234-6fbe4aef6001-dup2 Flag-22394f04-7556-40c7-8f9c-9ff716939170
    Flag-de450c70-2972-403e-a239-6593386ad04c
primitive-uri-space code-system-relative: a blank before the URL of a code system
    Bundle-777a156c-af3c-4748-a8a3-7e95e4b0df9a-dup2
extension-type: a value of another type than the extension's
    Bundle-777a156c-af3c-4748-a8a3-7e95e4b0df9a-dup2 Patient-529b583f-5e01-41ea-9b49-0b7e3fee719f
code-system-is-value-set: the URL of a value set for that of a code system
    Bundle-777a156c-af3c-4748-a8a3-7e95e4b0df9a-dup2
extension-context: an extension on an element that it is not for
    Patient-529b583f-5e01-41ea-9b49-0b7e3fee719f
""")


def test_those_with_defects_are_refused_and_no_others(tmp_path: Path) -> None:
    validator = Validator(open_packages(PACKAGES, tmp_path, tmp_path / "none"))
    found = {}
    with tarfile.open(BARS[0]) as archive:
        for member in archive:
            path = Path(member.name)
            file = archive.extractfile(member) if path.parent.name == "example" else None
            if file is not None and path.suffix == ".json" and not path.stem.startswith("."):
                found[path.stem] = errors(validator, file.read())

    assert len(found) == 64
    assert differences(found, DEFECTS) == []
