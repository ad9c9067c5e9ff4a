"""The work groups of HL7, by the codes that extension structuredefinition-wg uses.

http://terminology.hl7.org/CodeSystem/hl7-work-group, and the list of committees of HL7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PUBLISHER: Final = "HL7 International / "
SITE: Final = "http://www.hl7.org/Special/committees/"

#: By code: the names that a group has or had, and its page below ``SITE``.
WORK_GROUPS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "aid": (("Application Implementation and Design",), "java"),
    "arden": (("Arden Syntax",), "arden"),
    "brr": (("Biomedical Research and Regulation",), "rcrim"),
    "cbcc": (("Community Based Collaborative Care",), "cbcc"),
    "cdamg": (("CDA Management Group",), "cdamg"),
    "cds": (("Clinical Decision Support",), "dss"),
    "cg": (("Clinical Genomics",), "clingenomics"),
    "cgp": (("Cross-Group Projects",), "cgp"),
    "cic": (("Clinical Interoperability Council",), "cic"),
    "cimi": (("Clinical Information Modeling Initiative",), "cimi"),
    "claims": (("Payer/Provider Information Exchange Work Group",), "claims"),
    "cqi": (("Clinical Quality Information",), "cqi"),
    "dev": (("Devices",), "healthcaredevices"),
    "ec": (("Emergency Care",), "emergencycare"),
    "ehr": (("Electronic Health Records",), "ehr"),
    "fhir": (("FHIR Infrastructure",), "fiwg"),
    "fm": (("Financial Management",), "fm"),
    "fmg": (("FHIR Management Group",), "fhirmg"),
    "hsi": (("Health Standards Integration",), "hsi"),
    "hsswg": (("Human and Social Services",), "hsswg"),
    "hta": (("Terminology Authority",), "termauth"),
    "ictc": (("Conformance",), "ictc"),
    "ii": (("Imaging Integration",), "imagemgt"),
    "inm": (("Infrastructure And Messaging",), "inm"),
    "its": (("Implementable Technology Specifications",), "xml"),
    "lhs": (("Learning Health Systems",), "lhs"),
    "mnm": (("Modeling and Methodology",), "mnm"),
    "mobile": (("Mobile Health",), "mobile"),
    "oo": (("Orders and Observations",), "orders"),
    "pa": (("Patient Administration",), "pafm"),
    "pc": (("Patient Care",), "patientcare"),
    "pe": (("Patient Empowerment",), "patientempowerment"),
    "pher": (("Public Health",), "pher"),
    "phx": (("Pharmacy",), "medication"),
    "sd": (("Structured Documents",), "structure"),
    "sec": (("Security",), "secure"),
    "soa": (("Services Oriented Architecture",), "soa"),
    "ti": (("Terminology Infrastructure", "Vocabulary"), "Vocab"),
    "tsmg": (("Terminology Services Management Group (TSMG)",), "tsmg"),
    "us": (("US Realm Steering Committee",), "usrealm"),
    "v2": (("V2 Management Group",), "v2management"),
    "vocab": (("Terminology Infrastructure", "Vocabulary"), "Vocab"),
}
