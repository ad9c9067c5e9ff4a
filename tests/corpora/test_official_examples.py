"""The official examples of R4: every one is judged, and only those with defects are refused."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from conformance_cli.fhir import Validator, open_packages
from tests.corpora.defects import PACKAGES, R4, archives, differences, errors, table

EXAMPLES = PACKAGES / "hl7.fhir.r4.examples-4.0.1.tgz"
#: So that several processes can share the work.
PARTS = 8

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not EXAMPLES.exists(), reason=f"{EXAMPLES} is not at hand"),
]

DEFECTS = table("""
canonical-absolute: a definition is referred to by a relative URL, not by its canonical one
    ActivityDefinition-administer-zika-virus-exposure-assessment
    ActivityDefinition-blood-tubes-supply ActivityDefinition-provide-mosquito-prevention-advice
    ActivityDefinition-referralPrimaryCareMentalHealth
    ActivityDefinition-referralPrimaryCareMentalHealth-initial
    ActivityDefinition-serum-zika-dengue-virus-igm CapabilityStatement-example
    CapabilityStatement-knowledge-repository CapabilityStatement-measure-processor
    CapabilityStatement-messagedefinition CapabilityStatement-terminology-server
    Library-composition-example Library-example Library-library-cms146-example
    Library-library-exclusive-breastfeeding-cds-logic
    Library-library-exclusive-breastfeeding-cqm-logic Library-library-fhir-helpers
    Library-library-fhir-helpers-predecessor Library-omtk-logic Library-opioidcds-common
    Library-opioidcds-recommendation-04 Library-opioidcds-recommendation-05
    Library-opioidcds-recommendation-07 Library-opioidcds-recommendation-08
    Library-opioidcds-recommendation-10 Library-opioidcds-recommendation-11
    Library-suiciderisk-orderset-logic Library-zika-virus-intervention-logic
    Measure-composite-example Measure-measure-cms146-example
    Measure-measure-exclusive-breastfeeding Measure-measure-predecessor-example
    MeasureReport-measurereport-cms146-cat1-example
    MeasureReport-measurereport-cms146-cat2-example
    MeasureReport-measurereport-cms146-cat3-example MessageDefinition-patient-link-notification
    MessageDefinition-patient-link-response OperationDefinition-example
    PlanDefinition-chlamydia-screening-intervention
    PlanDefinition-exclusive-breastfeeding-intervention-01
    PlanDefinition-exclusive-breastfeeding-intervention-02
    PlanDefinition-exclusive-breastfeeding-intervention-03
    PlanDefinition-exclusive-breastfeeding-intervention-04
    PlanDefinition-low-suicide-risk-order-set PlanDefinition-opioidcds-04
    PlanDefinition-opioidcds-05 PlanDefinition-opioidcds-07 PlanDefinition-opioidcds-08
    PlanDefinition-opioidcds-10 PlanDefinition-opioidcds-11
    PlanDefinition-zika-virus-intervention PlanDefinition-zika-virus-intervention-initial
    Procedure-f201 Questionnaire-phq-9-questionnaire QuestionnaireResponse-gcs
    QuestionnaireResponse-ussg-fht-answers RequestGroup-kdn5-example
    TestScript-testscript-example TestScript-testscript-example-history
    TestScript-testscript-example-multisystem TestScript-testscript-example-readtest
    TestScript-testscript-example-search TestScript-testscript-example-update
code-unknown value-set-code-unknown: a unit that UCUM lacks: ea, {not this}
    Bundle-father Bundle-ussg-fht Bundle-valuesets Claim-760151 Claim-760152
    MedicationDispense-meddisp0309 MedicationDispense-meddisp0313 MedicationDispense-meddisp0318
    MedicationDispense-meddisp0324 MedicationDispense-meddisp0327 MedicationDispense-meddisp0328
    MedicationDispense-meddisp0329 MedicationRequest-medrx0304 MedicationRequest-medrx0314
    MedicationRequest-medrx0319 MedicationRequest-medrx0322 MedicationRequest-medrx0325
    MedicationRequest-medrx0326 MedicationRequest-medrx0328 MedicationRequest-medrx0329
    MedicationRequest-medrx0334 MedicationRequest-medrx0335 ValueSet-ucum-common
    VisionPrescription-33124
code-unknown: a code in other letters than its code system has it, as Tab for TAB
    Medication-med0304 Medication-med0309 MedicationAdministration-medadmin0312
    MedicationDispense-meddisp0301 MedicationDispense-meddisp0325 MedicationRequest-medrx0313
    MedicationRequest-medrx0314 MedicationRequest-medrx0327 MedicationStatement-example001
    MedicationStatement-example002 MedicationStatement-example003
code-unknown: a code of the system of URIs that is no URI
    Contract-C-123 Contract-INS-101
narrative-link-unresolved: the narrative links to anchors that are not there
    Bundle-v3-valuesets CodeSystem-v3-ActCode CodeSystem-v3-ActReason
    CodeSystem-v3-ActRelationshipType CodeSystem-v3-CalendarCycle CodeSystem-v3-ContextControl
    CodeSystem-v3-EntityCode CodeSystem-v3-EntityNamePartQualifier CodeSystem-v3-NullFlavor
    CodeSystem-v3-ObservationInterpretation CodeSystem-v3-RoleCode
    CodeSystem-v3-RouteOfAdministration CodeSystem-v3-hl7Realm CodeSystem-v3-orderableDrugForm
    ValueSet-v3-ActCode ValueSet-v3-ActReason ValueSet-v3-ActRelationshipType
    ValueSet-v3-CalendarCycle ValueSet-v3-ContextControl ValueSet-v3-EntityCode
    ValueSet-v3-EntityNamePartQualifier ValueSet-v3-NullFlavor
    ValueSet-v3-ObservationInterpretation ValueSet-v3-RoleCode ValueSet-v3-RouteOfAdministration
    ValueSet-v3-hl7Realm ValueSet-v3-orderableDrugForm
narrative-image-unresolved: the narrative shows an image that is not there
    Media-sound
narrative-empty: the narrative has no content
    ActivityDefinition-blood-tubes-supply ActivityDefinition-heart-valve-replacement
    EventDefinition-example Questionnaire-zika-virus-exposure-assessment
concept-map-code-unknown concept-map-code-scope: it maps codes that do not exist
    Bundle-conceptmaps Bundle-valuesets ConceptMap-cm-administrative-gender-v3
    ConceptMap-sc-appointmentstatus ConceptMap-sc-clinicalimpression-status
    ConceptMap-sc-condition-ver-status ConceptMap-sc-contract-publicationstatus
    ConceptMap-sc-contract-status ConceptMap-sc-diagnostic-report-status
    ConceptMap-sc-goal-achievement ConceptMap-sc-medication-admin-status
    ConceptMap-sc-medication-statement-status ConceptMap-sc-medicationdispense-status
    ConceptMap-sc-observation-status ConceptMap-sc-participationstatus
    ConceptMap-sc-publication-status ConceptMap-sc-research-study-status
    ConceptMap-sc-research-subject-status ConceptMap-sc-subscription-status
    ConceptMap-sc-verificationresult-status ValueSet-nhin-purposeofuse
element-minimum: a required element is missing
    ImplementationGuide-fhir Questionnaire-qs1
    SearchParameter-codesystem-extensions-CodeSystem-author
    SearchParameter-codesystem-extensions-CodeSystem-effective
    SearchParameter-codesystem-extensions-CodeSystem-end
    SearchParameter-codesystem-extensions-CodeSystem-keyword
    SearchParameter-codesystem-extensions-CodeSystem-workflow
    SearchParameter-valueset-extensions-ValueSet-author
    SearchParameter-valueset-extensions-ValueSet-effective
    SearchParameter-valueset-extensions-ValueSet-end
    SearchParameter-valueset-extensions-ValueSet-keyword
    SearchParameter-valueset-extensions-ValueSet-workflow ig-r4
profile-minimum: a vital sign, by its code, without the time that all of them have
    Observation-f202
value-set-system-version: the version of a code system is written into its URL
    Bundle-v2-valuesets Bundle-valueset-expansions ValueSet-v2-2.1-0006 ValueSet-v2-2.3.1-0360
    ValueSet-v2-2.4-0006 ValueSet-v2-2.4-0391 ValueSet-v2-2.6-0391 ValueSet-v2-2.7-0360
value-set-system-relative: a value set names a contained code system by its id instead of its URL
    Bundle-valuesets ValueSet-example-hierarchical
code-system-property-duplicate code-system-property-duplicate-uri: properties declared twice
    Bundle-valuesets CodeSystem-snomedct
primitive-code: codes with no-break spaces
    Bundle-v2-valuesets CodeSystem-v2-0550
binding-required: a media type with blanks in a parameter
    Bundle-b0a5e4277-83c4-4adb-87e2-e3efe3369b6f
extension-context: an extension on an element that it is not for
    Bundle-valueset-expansions Bundle-valuesets CodeSystem-dicom-dcim
extension-part-unknown: a part of an extension under another name than the defined one
    Bundle-hla-1
capability-search-type: search parameters of other types than the defined ones
    CapabilityStatement-knowledge-repository CapabilityStatement-measure-processor
    CapabilityStatement-terminology-server
invariant: neither abstract nor derived from anything (sdf-4)
    StructureDefinition-Definition StructureDefinition-Event StructureDefinition-FiveWs
    StructureDefinition-Request
snapshot-slicing-missing: slices of elements that nobody says are sliced
    Bundle-profiles-others StructureDefinition-catalog
    StructureDefinition-familymemberhistory-genetic
snapshot-cardinality-crossed: required slices of an element that is forbidden
    Bundle-extensions StructureDefinition-codesystem-history
structure-kind: a profile of a resource that says it is one of a data type
    StructureDefinition-example-composition StructureDefinition-example-section-library
canonical-type structure-binding-not-a-value-set: a code system where a value set has to be bound
    Bundle-dataelements Bundle-resources StructureDefinition-ExplanationOfBenefit
primitive-id-length: an id of more than 64 characters
    SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject
search-parameter-expression: an expression with a function that does not exist
    SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject
identifier-uri: an identifier that is a URI, by its system, and is none
    Bundle-dataelements Bundle-resources Organization-2.16.840.1.113883.19.5
    StructureDefinition-Consent
primitive-uuid primitive-oid: a UUID in capital letters, or an OID of letters
    CapabilityStatement-example Library-zika-virus-intervention-logic
    TerminologyCapabilities-example
bundle-address-disagrees: an address in a Bundle that contradicts the id of the resource
    Bundle-10bb101f-a121-4264-a920-67be9cb82c74 Bundle-3a0707d3-549e-4467-b8b8-5a2ab3800efe
    Bundle-lri-example
bundle-address-same: entries of a Bundle with one address (bdl-7)
    Bundle-dataelements
bundle-address-missing: an entry in the result of a search without an address
    Bundle-bundle-search-warning
bundle-reference-without-base bundle-reference-elsewhere: a reference that leads to no entry
    Bundle-3a0707d3-549e-4467-b8b8-5a2ab3800efe Bundle-father
bundle-response-status: the status of a response is a verb
    Bundle-bundle-response
canonical-not-contained: a reference to a contained resource that is not there
    PlanDefinition-example-cardiology-os
measure-criteria-no-library: criteria in CQL, without a library that could be found
    Measure-measure-cms146-example
attachment-hash: the hash of an attachment is that of something else
    DiagnosticReport-example-pgx
""")
#: What was right by the definitions of 4.0.1, and is not by the later ones that are loaded.
SUPERSEDED = table("""
code-unknown: a code that 4.0.1 had, and that was withdrawn or renamed since
    AdverseEvent-example Immunization-subpotent ImmunizationEvaluation-notValid
extension-context: an extension that 4.0.1 had on attachments, and that was moved since
    PlanDefinition-low-suicide-risk-order-set PlanDefinition-opioidcds-04
    PlanDefinition-opioidcds-05 PlanDefinition-opioidcds-07 PlanDefinition-opioidcds-08
    PlanDefinition-opioidcds-10 PlanDefinition-opioidcds-11
""")


def members(archive: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    for member in archive:
        name = Path(member.name).name
        if name.endswith(".json") and name != "package.json" and not name.startswith("."):
            yield name.removesuffix(".json"), member


@cache
def parts() -> list[set[str]]:
    """The names of all examples, in parts that take about the same time."""
    with tarfile.open(EXAMPLES) as archive:
        sizes = {name: member.size for name, member in members(archive)}
    found: list[set[str]] = [set() for _ in range(PARTS)]
    loads = [0] * PARTS
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        lightest = loads.index(min(loads))
        found[lightest].add(name)
        loads[lightest] += sizes[name]
    return found


@cache
def validator(cache_dir: Path, *patterns: str) -> Validator:
    return Validator(open_packages(archives(*patterns), cache_dir, cache_dir / "none"))


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compiled")


def judged(by: Validator, names: set[str]) -> dict[str, frozenset[str]]:
    """The errors in examples, by name."""
    with tarfile.open(EXAMPLES) as archive:
        found = {}
        for name, member in members(archive):
            file = archive.extractfile(member) if name in names else None
            if file is not None:
                found[name] = errors(by, file.read())
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_those_with_defects_are_refused_and_no_others(part: int, cache_dir: Path) -> None:
    names = parts()[part]

    found = judged(validator(cache_dir, *R4), names)

    assert found.keys() == names
    assert differences(found, DEFECTS + SUPERSEDED) == []


def test_the_package_is_whole_and_has_all_that_the_tables_name() -> None:
    names = set[str]().union(*parts())

    assert len(names) == 5306
    assert {name for defect in DEFECTS + SUPERSEDED for name in defect.examples} <= names


def test_what_later_definitions_refuse_those_of_4_0_1_alone_accept(cache_dir: Path) -> None:
    names = {name for defect in SUPERSEDED for name in defect.examples}

    found = judged(validator(cache_dir, R4[0]), names)

    assert differences(found, DEFECTS) == []
