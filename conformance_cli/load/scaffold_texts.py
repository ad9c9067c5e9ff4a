"""The texts that new packs and configurations begin with.

``@NAME@`` is the pack's name and ``@ID@`` the beginning of its requirement ids.
"""

from __future__ import annotations

PROFILE_FILE = """\
# A profile is a list of numbered requirements. Everything is judged over all of them.
profile: @NAME@
version: 1.0.0
title: @NAME@
status: draft          # active, once products may be certified against it
fhir: 4.0.1
# Where the requirements are published. A verdict must be traceable to a sentence.
sources:
  FHIR: {title: HL7 FHIR R4, url: "https://hl7.org/fhir/R4/", revision: 4.0.1}
sections:
  READ: Reading
  WRITE: Writing
# What a product may or may not offer. Requirements can depend on it with applies-if.
options:
  create: {title: Patients can be created, default: true}
requirements:
  - id: @ID@-READ-001  # stable; never changed, never used again
    level: SHALL       # SHALL, SHALL NOT, SHOULD, SHOULD NOT or MAY
    section: READ
    text: A read of a known patient returns that Patient resource.
    source: {ref: FHIR, at: "http.html#read"}
  - id: @ID@-READ-002
    level: SHALL
    section: READ
    text: A read of a patient that does not exist is refused with an OperationOutcome.
    source: {ref: FHIR, at: "http.html#read"}
  - id: @ID@-READ-003
    level: SHOULD
    section: READ
    text: Every FHIR response says application/fhir+json.
    source: {ref: FHIR, at: "http.html#mime-type"}
  - id: @ID@-WRITE-001
    level: SHALL
    section: WRITE
    text: A created patient has a location, under which it can be read.
    source: {ref: FHIR, at: "http.html#create"}
    applies-if: option.create
  - id: @ID@-WRITE-002
    level: SHALL
    section: WRITE
    text: Every change of a record is written to an audit trail.
    not-testable: The audit trail cannot be read over HTTP.
    source: {ref: FHIR, at: "security.html#audit"}
"""

_PACK = """\
# A pack says how the requirements of a profile are verified over HTTP.
pack: @NAME@
version: 1.0.0
title: @NAME@
certifies: ["@NAME@@~1.0"]   # a SemVer range, as npm writes it

# Sent with every request. ${...} is an expression, worked out for each request anew.
headers:
  Accept: application/fhir+json
  X-Request-Id: ${uuid()}

# Test data that only the supplier has. They give a value of their own for each.
fixtures:
  known-patient:
    title: A patient that can be read
    why: Reads need one patient that is there.
    properties: [Is synthetic, Is never deleted]
    pattern: "[A-Za-z0-9.-]{1,64}"
    example: example

# Requests of the standard. Tests call them by name and change one thing.
interactions:
  get-metadata: {title: Read the CapabilityStatement, method: GET, path: /metadata}
  read-patient:
    title: Read a patient
    method: GET
    path: /Patient/${fixture.known-patient}
  create-patient:
    title: Create a patient
    method: POST
    path: /Patient
    headers: {Content-Type: application/fhir+json}
    body: patient             # bodies/patient.yaml
  delete-patient: {title: Delete a patient, method: DELETE, path: "/Patient/${new.id}"}

# Steps that tests share, with the cleanup that undoes them.
procedures:
  create:
    steps:
      - call: create-patient
        title: A patient is created
        require: [{status: 201}]
        capture: {new: Patient}   # FHIRPath over the response; later steps use ${new.id}
    cleanup:
      - call: delete-patient
        leaves: Patient ${new.id}

# Looked at in every response, without further requests.
observe:
  - name: media-type
    when: response and length(default(response.headers.Content-Type, '')) > 0
    expect:
      - media-type: application/fhir+json
        verifies: @ID@-READ-003
        grade: warning

# Before anything is graded: does the base URL answer?
preflight:
  - call: get-metadata
    title: The base URL answers
    require: [{status: 200}]
"""

_TESTS = """\
# A file of tests. Each names what it verifies and says what it may do.
- test: known-patient
  title: A known patient is returned
  verifies: @ID@-READ-001
  effect: read
  steps:
    - call: read-patient
      expect:                      # every assertion gives a verdict
        - status: 200
        - resource-type: Patient
        - fhirpath: id = ${fixture.known-patient}

- test: unknown-patient
  title: A read with ${each.what} is refused
  verifies: @ID@-READ-002
  effect: read
  for-each:                        # one test for each row
    - {what: an id that nobody has, id: nobody-has-this-id}
    - {what: an id with a character that no id has, id: "*"}
  steps:
    - call: read-patient
      path: /Patient/${each.id}
      expect:
        - status: [400, 404]
        - operation-outcome: {issue: [not-found, value, invalid, processing]}

- test: create-and-read
  title: A created patient can be read under its location
  verifies: @ID@-WRITE-001
  effect: write                    # sent only with --allow writes
  when: option.create
  steps:
    - do: create                   # cleans up after itself, whatever happens
    - call: read-patient
      path: /Patient/${new.id}
      expect:
        - status: 200
        - fhirpath: id = ${new.id}
"""

_BODY = """\
# A request body. It can hold ${...} too; a step can change it with set and remove.
resourceType: Patient
name:
  - {family: Synthetic, given: [Testcase]}
birthDate: 1970-01-01
"""

_CHANGELOG = """\
# Changes that can change a verdict

## 1.0.0

- The first version.
"""

#: By path inside the pack's folder.
PACK_FILES = {
    "pack.yaml": _PACK,
    "tests/patients.yaml": _TESTS,
    "bodies/patient.yaml": _BODY,
    "CHANGELOG.md": _CHANGELOG,
}

_REFERENCES = "# Secrets are only named here: env:NAME or file:PATH.\n"

#: By scheme.
AUTH_BLOCKS = {
    "none": """\
# How to authenticate. Secrets are only named here: env:NAME or file:PATH.
# [auth]
# scheme = "bearer"
# token = "env:FHIR_TOKEN"
""",
    "bearer": _REFERENCES
    + """\
[auth]
scheme = "bearer"
token = "env:FHIR_TOKEN"
""",
    "basic": _REFERENCES
    + """\
[auth]
scheme = "basic"
user = "${FHIR_USER}"
password = "env:FHIR_PASSWORD"
""",
    "api-key": _REFERENCES
    + """\
[auth]
scheme = "api-key"
header = "apikey"
value = "env:FHIR_API_KEY"
""",
    "client-credentials": _REFERENCES
    + """\
[auth]
scheme = "client-credentials"
token-url = "https://provider.example/oauth2/token"
client-id = "${FHIR_CLIENT_ID}"
private-key = "file:private-key.pem"
key-id = "test-1"
# algorithm = "RS512"
# scope = ""
""",
}
