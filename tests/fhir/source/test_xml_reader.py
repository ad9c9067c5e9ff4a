"""XML becomes the data that JSON would have; what XML forbids is told where it stands."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.source.reading import Reading
from conformance_cli.fhir.source.xml_reader import read_xml
from conformance_cli.fhir.source.xml_tree import DEEPEST
from conformance_cli.fhir.validation.options import Options
from tests.fhir.source.fakes import FakeLibrary, element, structure

ATTRIBUTE = {"representation": ("xmlAttr",)}


def complex_type(name, *children):
    return structure(
        name,
        "complex-type",
        element(f"{name}.id", "string", **ATTRIBUTE),
        element(f"{name}.extension", "Extension", repeats=True),
        *children,
    )


def resource(name, *children):
    return structure(
        name,
        "resource",
        element(f"{name}.id", "id"),
        element(f"{name}.text", "Narrative"),
        element(f"{name}.contained", "Resource", repeats=True),
        element(f"{name}.extension", "Extension", repeats=True),
        *children,
    )


LIBRARY = FakeLibrary(
    complex_type("Element"),
    complex_type(
        "Extension",
        element("Extension.url", "uri", **ATTRIBUTE),
        element("Extension.value[x]", "string", "boolean", "Quantity"),
    ),
    complex_type(
        "Narrative", element("Narrative.status", "code"), element("Narrative.div", "xhtml")
    ),
    complex_type(
        "HumanName",
        element("HumanName.family", "string"),
        element("HumanName.given", "string", repeats=True),
    ),
    complex_type(
        "Quantity", element("Quantity.value", "decimal"), element("Quantity.unit", "string")
    ),
    structure("string", "primitive-type"),
    resource(
        "Patient",
        element("Patient.active", "boolean"),
        element("Patient.name", "HumanName", repeats=True),
        element("Patient.birthDate", "date"),
        element("Patient.rank", "positiveInt"),
    ),
    resource(
        "Observation",
        element("Observation.value[x]", "Quantity", "string", "boolean"),
        element(
            "Observation.component",
            "BackboneElement",
            repeats=True,
            children=(
                element("Observation.component.id", "string", **ATTRIBUTE),
                element("Observation.component.code", "string"),
                element(
                    "Observation.component.component",
                    repeats=True,
                    content_reference="#Observation.component",
                ),
            ),
        ),
    ),
    resource(
        "Bundle",
        element(
            "Bundle.entry",
            "BackboneElement",
            repeats=True,
            children=(
                element("Bundle.entry.fullUrl", "uri"),
                element("Bundle.entry.resource", "Resource"),
            ),
        ),
    ),
)


def read(text: str | bytes, **options: object) -> Reading:
    data = text.encode() if isinstance(text, str) else text
    return read_xml(data, LIBRARY, Options(**options))


def patient(content: str) -> str:
    return f'<Patient xmlns="http://hl7.org/fhir">{content}</Patient>'


def data(text: str) -> dict:
    reading = read(text)
    assert reading.problems == ()
    return reading.resource


def told(text: str | bytes) -> list[tuple[str, str]]:
    issues = [problem.issue() for problem in read(text).problems]
    return [(issue.id, issue.expression) for issue in issues]


class TestData:
    def test_what_repeats_is_an_array_even_if_it_is_there_once(self):
        text = patient('<name><family value="A"/><given value="B"/><given value="C"/></name>')
        assert data(text)["name"] == [{"family": "A", "given": ["B", "C"]}]

    def test_booleans_and_numbers_are_such(self):
        found = data(patient('<active value="true"/><rank value="7"/>'))
        assert (found["active"], found["rank"]) == (True, 7)

    @pytest.mark.parametrize("digits", ["1.50", "0.0", "-3.10e2", "100"])
    def test_decimals_keep_their_digits(self, digits):
        text = f'<valueQuantity><value value="{digits}"/></valueQuantity>'
        text = f'<Observation xmlns="http://hl7.org/fhir">{text}</Observation>'
        value = data(text)["valueQuantity"]["value"]
        assert value == Decimal(digits)
        assert str(value) == str(Decimal(digits))

    @pytest.mark.parametrize(
        ("name", "text"),
        [("active", "yes"), ("active", "True"), ("rank", "1.0"), ("rank", "01"), ("rank", "")],
    )
    def test_what_is_not_of_its_form_stays_text(self, name, text):
        assert data(patient(f'<{name} value="{text}"/>'))[name] == text

    def test_extensions_of_primitives_are_companions(self):
        text = patient(
            '<active><extension url="w"/></active><birthDate id="b" value="1970">'
            '<extension url="u"><valueString value="v"/></extension></birthDate>'
        )
        found = data(text)
        assert found["birthDate"] == "1970"
        assert found["_birthDate"] == {"id": "b", "extension": [{"url": "u", "valueString": "v"}]}
        assert "active" not in found
        assert found["_active"] == {"extension": [{"url": "w"}]}

    def test_arrays_and_companions_keep_step(self):
        with_id = '<given id="x"/>'
        plain = '<given value="A"/>'
        name = data(patient(f"<name>{plain}{with_id}{plain}</name>"))["name"][0]
        assert name == {"given": ["A", None, "A"], "_given": [None, {"id": "x"}, None]}
        name = data(patient(f"<name>{with_id}{plain}</name>"))["name"][0]
        assert name == {"given": [None, "A"], "_given": [{"id": "x"}, None]}
        name = data(patient(f"<name>{with_id}{with_id}</name>"))["name"][0]
        assert name == {"_given": [{"id": "x"}, {"id": "x"}]}

    def test_choices_are_known_by_their_type(self):
        text = '<Observation xmlns="http://hl7.org/fhir"><valueString value="a"/></Observation>'
        assert data(text)["valueString"] == "a"

    def test_elements_that_refer_to_others_have_their_content(self):
        inner = '<component><code value="a"/><component><code value="b"/></component></component>'
        text = f'<Observation xmlns="http://hl7.org/fhir">{inner}</Observation>'
        assert data(text)["component"] == [{"code": "a", "component": [{"code": "b"}]}]

    def test_resources_inside_resources_name_their_type(self):
        inner = '<Patient><id value="p"/></Patient>'
        text = (
            f'<Bundle xmlns="http://hl7.org/fhir"><entry><fullUrl value="u"/><resource>{inner}'
            f"</resource></entry></Bundle>"
        )
        assert data(text)["entry"][0]["resource"] == {"resourceType": "Patient", "id": "p"}
        contained = data(patient(f"<contained>{inner}</contained>"))
        assert contained["contained"] == [{"resourceType": "Patient", "id": "p"}]

    def test_a_resource_of_no_known_type_is_its_name(self):
        assert data('<Oddity xmlns="http://hl7.org/fhir"><a/></Oddity>') == {
            "resourceType": "Oddity"
        }

    def test_comments_instructions_and_prefixes_change_nothing(self):
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><?a b?><!-- c --><f:Patient '
            'xmlns:f="http://hl7.org/fhir"><!-- d --><f:active value="true"/></f:Patient>'
        )
        assert data(text) == {"resourceType": "Patient", "active": True}


class TestNarratives:
    def narrative(self, content: str) -> str:
        return data(patient(f"<text><status value='generated'/>{content}</text>"))["text"]["div"]

    def test_are_kept_as_they_are(self):
        text = (
            '<div xmlns="http://www.w3.org/1999/xhtml">a <b class="x">&lt;b&gt;</b>\n <br/></div>'
        )
        assert self.narrative(text) == text

    def test_have_no_prefixes_when_they_are_read(self):
        text = '<h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p>a</h:p></h:div>'
        expected = '<div xmlns="http://www.w3.org/1999/xhtml"><p>a</p></div>'
        assert self.narrative(text) == expected

    def test_keep_a_namespace_that_is_wrong(self):
        assert self.narrative("<div>a</div>") == '<div xmlns="http://hl7.org/fhir">a</div>'

    def test_quote_what_must_be_quoted(self):
        text = """<div xmlns="http://www.w3.org/1999/xhtml" title='"&amp;&#10;'>&amp;</div>"""
        expected = '<div xmlns="http://www.w3.org/1999/xhtml" title="&quot;&amp;&#10;">&amp;</div>'
        assert self.narrative(text) == expected

    def test_keep_what_is_of_other_namespaces(self):
        text = (
            '<div xmlns="http://www.w3.org/1999/xhtml" id="a"><p/>'
            '<svg xmlns="urn:svg" xml:lang="en"> <g/>\n</svg><p><b>a</b> b</p></div>'
        )
        assert self.narrative(text) == text

    def test_are_over_where_they_end(self):
        div = '<div xmlns="http://www.w3.org/1999/xhtml"><div><p>a</p></div></div>'
        text = f"<text><status value='generated'/>{div}</text><active value='true'/>"
        assert data(patient(text))["text"]["div"] == div
        assert data(patient(text))["active"] is True

    def test_may_be_deeper_than_elements(self):
        deep = "<span>" * 150 + "a" + "</span>" * 150
        text = f'<div xmlns="http://www.w3.org/1999/xhtml">{deep}</div>'
        assert self.narrative(text) == text


class TestFaults:
    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ("<nickname value='x'/>", [("xml-element-unknown", "Patient")]),
            ("<name><nick/></name>", [("xml-element-unknown", "Patient.name[0]")]),
            ("<active value='true'><b/></active>", [("xml-element-unknown", "Patient.active")]),
            ("<name><id value='x'/></name>", [("xml-element-unknown", "Patient.name[0]")]),
            ("<active value='true' use='x'/>", [("xml-attribute-unknown", "Patient.active")]),
            ("<name use='x'/>", [("xml-attribute-unknown", "Patient.name[0]")]),
            ("text<active value='true'/>", [("xml-text", "Patient")]),
            ("<active value='true'>text</active>", [("xml-text", "Patient.active")]),
            ("<active value='true'><![CDATA[x]]></active>", [("xml-text", "Patient.active")]),
            ("<active/>", [("xml-element-empty", "Patient.active")]),
            ("<name></name>", [("xml-element-empty", "Patient.name[0]")]),
            (
                "<name><given/><given value='a'/></name>",
                [("xml-element-empty", "Patient.name[0].given[0]")],
            ),
            ("<active value='true'/><active value='true'/>", [("xml-repeated", "Patient")]),
            ("<birthDate value='1970'/><active value='true'/>", [("xml-order", "Patient.active")]),
            ("<name id='a'/><name xmlns='urn:x' id='b'/>", [("xml-namespace", "Patient.name[1]")]),
            ("<contained/>", [("xml-element-empty", "Patient.contained[0]")]),
            (
                "<contained><Patient><id value='a'/></Patient><Patient/></contained>",
                [("xml-several-resources", "Patient.contained[0]")],
            ),
            (
                "<contained><Patient xmlns='urn:x'/></contained>",
                [("xml-namespace", "Patient.contained[0]")],
            ),
        ],
    )
    def test_are_told_at_their_element(self, content, expected):
        assert told(patient(content)) == expected

    def test_attributes_of_the_resource_are_refused(self):
        text = (
            '<Patient xmlns="http://hl7.org/fhir" id="a" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"/>'
        )
        assert told(text) == [("xml-attribute-unknown", "Patient")] * 2

    def test_of_choices_are_told_as_fhirpath_names_them(self):
        text = (
            '<Observation xmlns="http://hl7.org/fhir"><valueQuantity><x/></valueQuantity>'
            "</Observation>"
        )
        assert told(text) == [("xml-element-unknown", "Observation.value.ofType(Quantity)")]

    def test_only_a_step_back_is_out_of_order(self):
        content = '<rank value="1"/><active value="true"/><name id="a"/><birthDate value="1970"/>'
        assert told(patient(content)) == [("xml-order", "Patient.active")]

    def test_leave_the_rest_as_it_is(self):
        reading = read(patient('<nick/><active value="true"/><active value="false"/>'))
        assert reading.resource == {"resourceType": "Patient", "active": True}

    def test_are_counted_only_up_to_a_bound(self):
        text = patient("<nick/>" * 50)
        assert len(read(text, max_issues=10).problems) == 10


class TestTextsThatCannotBeRead:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "xml-broken"),
            ("<", "xml-broken"),
            ("<Patient>", "xml-broken"),
            (patient("<active value='true'>"), "xml-broken"),
            (patient("&nbsp;"), "xml-broken"),
            (patient("<a b='1' b='2'/>"), "xml-broken"),
            (patient("") + patient(""), "xml-broken"),
            ("<Patient/>", "xml-no-resource"),
            ('<Patient xmlns="urn:hl7-org:v3"/>', "xml-no-resource"),
            ("<!DOCTYPE Patient>" + patient(""), "xml-doctype"),
            (
                '<!DOCTYPE a [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + patient("&c;"),
                "xml-doctype",
            ),
            ('<!DOCTYPE a SYSTEM "file:///etc/passwd">' + patient(""), "xml-doctype"),
            (patient("<name>" * 200 + "</name>" * 200), "source-too-deep"),
        ],
    )
    def test_have_one_fatal_problem(self, text, message):
        reading = read(text)
        assert reading.resource is None
        issues = [problem.issue() for problem in reading.problems]
        assert [(issue.id, issue.severity) for issue in issues] == [(message, Severity.FATAL)]
        assert reading.position(("a",)) == reading.problems[0].position

    def test_say_where_it_ends(self):
        reading = read(patient("\n<active\n value='true'>"))
        assert reading.problems[0].position[0] == 3

    def test_elements_may_be_as_deep_as_the_bound(self):
        depth = DEEPEST - 1
        text = "<component>" * depth + "</component>" * depth
        assert read(f'<Observation xmlns="http://hl7.org/fhir">{text}</Observation>').resource


class TestEncodings:
    def test_a_byte_order_mark_is_fine(self):
        reading = read(b"\xef\xbb\xbf" + patient("<active value='true'/>").encode())
        assert reading.problems == ()

    def test_wide_text_is_refused(self):
        assert told(patient("").encode("utf-16")) == [("encoding-utf-16", "")]

    def test_another_encoding_is_told_and_the_rest_read(self):
        text = '<?xml version="1.0" encoding="ISO-8859-1"?>' + patient('<id value="\xe9"/>')
        reading = read(text.encode("latin-1"))
        assert reading.resource["id"] == "\ufffd"
        assert told(text.encode("latin-1")) == [
            ("encoding-utf-8", "Patient"),
            ("xml-encoding", "Patient"),
        ]


class TestPositions:
    TEXT = """<Bundle xmlns="http://hl7.org/fhir">
  <entry>
    <resource>
      <Patient>
        <contained><Patient><id value="c"/></Patient></contained>
        <name>
          <given value="A"/>
          <given id="b"/>
        </name>
      </Patient>
    </resource>
  </entry>
</Bundle>"""

    @pytest.mark.parametrize(
        ("pointer", "position"),
        [
            ((), (1, 1)),
            (("entry", 0), (2, 3)),
            (("entry", 0, "resource"), (3, 5)),
            (("entry", 0, "resource", "name", 0), (6, 9)),
            (("entry", 0, "resource", "name", 0, "given", 0), (7, 11)),
            (("entry", 0, "resource", "name", 0, "given", 1), (8, 11)),
            (("entry", 0, "resource", "name", 0, "_given", 1), (8, 11)),
            (("entry", 0, "resource", "contained", 0, "id"), (5, 29)),
            (("entry", 0, "resource", "birthDate"), (3, 5)),
            (("entry", 3), (1, 1)),
        ],
    )
    def test_are_those_of_the_elements(self, pointer, position):
        assert read(self.TEXT).position(pointer) == position


PARTS = st.sampled_from(
    ["name", "given", "active", "extension", "contained", "Patient", "text", "div", "x"]
)


class TestHostileText:
    @given(st.binary(max_size=100))
    def test_bytes_never_raise(self, junk):
        read(junk)

    @given(st.text("<>/&;#\"'=! ?-[]CDATAxmlns:nameivu", max_size=60))
    def test_nearly_xml_never_raises(self, text):
        reading = read(patient(text))
        reading.position(("name", 0, "given", 1))
        for problem in reading.problems:
            assert problem.issue().text

    @given(
        st.recursive(
            st.sampled_from(["", "t", "<active value='x'/>", "<given/>", "<x:y xmlns:x='u'/>"]),
            lambda inner: st.tuples(PARTS, st.lists(inner, max_size=3)).map(
                lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0]}>"
            ),
            max_leaves=10,
        )
    )
    def test_any_tree_of_elements_can_be_read(self, content):
        assert read(patient(content)).resource["resourceType"] == "Patient"
