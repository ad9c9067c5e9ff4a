"""Narratives: which XHTML they may have, where their links lead, and what is said about it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.fhir.source.narrative import check_narrative, narrative_problems
from conformance_cli.fhir.source.narrative_quick import is_plainly_sound
from conformance_cli.fhir.source.narrative_rules import examine
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope
from tests.fhir.source.fakes import scope, session, shown

NS = "http://www.w3.org/1999/xhtml"


def div(content: str) -> str:
    return f'<div xmlns="{NS}">{content}</div>'


def ids(text: str) -> list[str]:
    return [problem.message.id for problem in examine(text).problems]


def checked(text, resource=None, container=None):
    holder = resource or {"resourceType": "Patient", "text": {"status": "generated", "div": text}}
    outer = Scope(container, Place(None, "Bundle")) if container else None
    at = Scope(holder, Place(None, "Patient"), outer, "entry" if outer else "")
    made = session()
    check_narrative(made, {"status": "generated", "div": text}, at.place.child("text"), at)
    return shown(made.found)


SOUND = [
    "text",
    "<p>a <b>b</b><br/>c</p>",
    "<table><tbody><tr><td>a</td><td><b>b</b> c</td></tr></tbody></table>",
    '<table class="grid"><caption>c</caption><tr><th scope="col">a</th></tr></table>',
    "<ul><li>a<ul><li>b</li></ul></li></ul>",
    "<dl><dt>a</dt><dd>b <p>c</p></dd></dl>",
    '<p style="color: red" class="x" title="y" dir="ltr">z</p>',
    '<a href="http://hl7.org/fhir/a?b=c#d">e</a>',
    '<a href="patient.html">e</a>',
    '<a href="mailto:a@b.c">e</a>',
    '<img src="http://hl7.org/a.png" alt="a"/>',
    '<img src="data:image/png;base64,aGVsbG8=" alt=""/>',
    "&lt;b&gt; &amp;amp; &quot;&apos; &#160; &#x2022; &#x1F600;",
    "<!-- a comment -->a",
    "<![CDATA[a < b]]>",
    "Grüße, 患者, 😀",
    '<h1 id="a">a</h1><p><a href="#a">b</a></p>',
    '<a name="a">a</a><a href="#a">b</a>',
    '<a href="#">top</a>',
    "<blockquote><p>a</p></blockquote><hr/>",
    '<span lang="de" xml:lang="de">a</span>',
    "<ol start='2' type=\"a\"><li value='3'>a</li></ol>",
]


@pytest.mark.parametrize("content", SOUND)
def test_what_html_knows_of_text_may_be_used(content):
    assert ids(div(content)) == []
    assert narrative_problems(div(content)) == []
    assert checked(div(content)) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<script>a</script>", ["narrative-element"]),
        ("<form><input/>a</form>", ["narrative-element", "narrative-element"]),
        ("<iframe src='http://a'/>a", ["narrative-element", "narrative-attribute"]),
        ("<P>a</P>", ["narrative-element"]),
        ('<p onclick="a()">a</p>', ["narrative-attribute"]),
        ('<p href="http://a">a</p>', ["narrative-attribute"]),
        ('<a href="javascript:alert(1)">a</a>', ["narrative-active-link"]),
        ('<a href=" Java\tScript:alert(1)">a</a>', ["narrative-active-link"]),
        ('<p style="background: url(javascript:a)">a</p>', ["narrative-active-link"]),
        ('<a href="urn:oid:1.2.3">a</a>', ["narrative-link-scheme"]),
        ('<a href="http://a b">a</a>', ["narrative-url"]),
        ('<a href="">a</a>', ["narrative-url"]),
        ('<img src="data:image/png;base64,@"/>', ["narrative-url"]),
        ('<img src="data:image/png"/>', ["narrative-url"]),
        ("a&nbsp;b&copy;c&nbsp;", ["narrative-entity", "narrative-entity"]),
        ("a & b", ["narrative-malformed"]),
        ("<p>a", ["narrative-malformed"]),
        ("<b><i>a</b></i>", ["narrative-malformed"]),
        ("<br>a", ["narrative-malformed"]),
        ("<p a=b>a</p>", ["narrative-malformed"]),
        ('<p id="a" id="b">a</p>', ["narrative-malformed"]),
        ("a\x01b", ["narrative-malformed"]),
        ("a\ud800b", ["narrative-malformed"]),
        ("&#0;a", ["narrative-malformed"]),
        ("a]]>b", ["narrative-malformed"]),
        ("<x:p>a</x:p>", ["narrative-malformed"]),
        ('<p xmlns="http://other">a</p>', ["narrative-namespace"]),
        ("<p>a<p>b</p></p>", ["narrative-block-in-line"]),
        ("<p>a<span><ul><li>b</li></ul></span></p>", ["narrative-block-in-line"]),
        ('<a href="a"><b><a href="b">c</a></b></a>', ["narrative-nested-link"]),
        ("<table><tr><p>a</p></tr></table>", ["narrative-misplaced"]),
        ("<td>a</td>", ["narrative-misplaced"]),
        ("<li>a</li>", ["narrative-misplaced"]),
        ("<table><tr>a</tr></table>", ["narrative-stray-text"]),
        ("<ul>a<li>b</li></ul>", ["narrative-stray-text"]),
        ("<hr>a</hr>", ["narrative-not-empty"]),
        ("", ["narrative-empty"]),
        (" \n<p> </p><br/>", ["narrative-empty"]),
    ],
)
def test_each_fault_is_told(content, expected):
    assert ids(div(content)) == expected
    assert len(narrative_problems(div(content))) == len(expected)
    place = "Patient.text.div"
    assert checked(div(content)) == [("error", message, place) for message in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<div>a</div>", ["narrative-namespace"]),
        (f'<p xmlns="{NS}">a</p>', ["narrative-root"]),
        (f'<x:div xmlns:x="{NS}">a</x:div>', []),
        (f'<x:div xmlns:x="{NS}"><p>a</p></x:div>', ["narrative-namespace"]),
        ("a", ["narrative-malformed"]),
        (" ", ["narrative-malformed"]),
        (f'<!DOCTYPE div><div xmlns="{NS}">a</div>', ["narrative-malformed"]),
        (
            f'<!DOCTYPE div [<!ENTITY a "b">]><div xmlns="{NS}">&a;</div>',
            ["narrative-entity", "narrative-malformed"],
        ),
        (f'<div xmlns="{NS}">a</div><div xmlns="{NS}">b</div>', ["narrative-malformed"]),
        (f'  <div xmlns="{NS}">a</div>\n', []),
        (div("<span>" * 300 + "a" + "</span>" * 300), ["narrative-malformed"]),
    ],
)
def test_the_whole_is_one_div_of_xhtml(text, expected):
    assert ids(text) == expected


class TestWarnings:
    @pytest.mark.parametrize(
        ("content", "severity", "message"),
        [
            ('<p id="a">b</p><p id="a">c</p>', "warning", "narrative-double-id"),
            ('<pre xml:space="preserve">a</pre>', "information", "narrative-xml-space"),
            ('<div xml:lang="de">a</div><p>b</p>', "warning", "narrative-languages"),
        ],
    )
    def test_do_not_make_a_narrative_wrong(self, content, severity, message):
        assert checked(div(content)) == [(severity, message, "Patient.text.div")]
        assert narrative_problems(div(content)) == []

    def test_one_name_and_id_on_an_element_are_fine(self):
        assert ids(div('<a id="a" name="a">b</a>')) == []


class TestLinks:
    LINK = div('<a href="#there">a</a>')
    UNRESOLVED = ("error", "narrative-link-unresolved", "Patient.text.div")

    def test_must_lead_to_something_in_the_resource(self):
        assert checked(self.LINK) == [self.UNRESOLVED]
        image = div('<img src="#there"/>')
        assert [message for _, message, _ in checked(image)] == ["narrative-image-unresolved"]

    @pytest.mark.parametrize(
        "resource",
        [
            {"resourceType": "Patient", "id": "there"},
            {"resourceType": "Patient", "contained": [{"resourceType": "Binary", "id": "there"}]},
            {"resourceType": "Patient", "name": [{"id": "there"}]},
            {"resourceType": "X", "section": [{"text": {"div": div('<p id="there">a</p>')}}]},
        ],
    )
    def test_may_lead_to_any_id(self, resource):
        assert checked(self.LINK, resource) == []

    def test_may_lead_into_the_bundle_around(self):
        bundle = {"resourceType": "Bundle", "entry": [{"id": "there"}]}
        assert checked(self.LINK, container=bundle) == []
        assert checked(self.LINK, container={"resourceType": "Bundle"}) == [self.UNRESOLVED]


class TestLanguage:
    @pytest.mark.parametrize(
        ("attributes", "missing"),
        [
            (' lang="en" xml:lang="en"', 0),
            (' lang="en"', 1),
            ("", 1),
            (' lang="de" xml:lang="en"', 1),
            (' lang="de" xml:lang="de"', 1),
            (' lang="de" xml:lang="fr"', 2),
        ],
    )
    def test_of_resource_and_narrative_should_be_the_same(self, attributes, missing):
        text = f'<div xmlns="{NS}"{attributes}>a</div>'
        found = checked(text, {"resourceType": "Patient", "language": "en"})
        assert found == [("warning", "narrative-language", "Patient.text.div")] * missing

    @pytest.mark.parametrize(("language", "problems"), [("en", 0), ("cy", 1)])
    def test_of_the_first_part_speaks_for_all_parts(self, language, problems):
        parts = '<div lang="en" xml:lang="en">a</div><div lang="cy" xml:lang="cy">b</div>'
        found = checked(
            f'<div xmlns="{NS}">{parts}</div>', {"resourceType": "Patient", "language": language}
        )
        assert len(found) == problems


def test_what_is_no_narrative_is_left_to_others():
    for value in ({}, {"div": None}, {"div": 1}, {"div": ""}, {"div": ["x"]}):
        made, at = session(), scope()
        check_narrative(made, value, at.place, at)
        assert made.found == []


TAGS = """
    <p> </p> <b> </b> <table> </table> <tr> </tr> <td> </td> <ul> </ul> <li> </li> <br/> <br>
    <img/> <div> </div> <a> </a> <a·href="x"> <a·href="a:b"> <a·href="#x"> <p·id="a"> text &amp;
    &x; <p·class="a·b"> <p·class="a"·class="b"> <span·xml:lang="de"> </span> <p·style="a:b">
    <p·onclick="a"> > ]]> <!--·--> <hr/> <td·/> <script> <p/> & \x01 " / < <p·xmlns="x">
    <p·style="u(javascript:a)"> <table·border="1"> <colgroup> <col/> </colgroup>
"""


class TestTheQuickLook:
    @pytest.mark.parametrize("content", SOUND[:9])
    def test_knows_the_usual(self, content):
        assert is_plainly_sound(div(content))

    PIECES = st.sampled_from(TAGS.split()).map(lambda piece: piece.replace("·", " "))

    @given(st.lists(PIECES | st.just(" "), max_size=10))
    def test_never_passes_what_has_a_fault(self, pieces):
        text = div("".join(pieces))
        if is_plainly_sound(text):
            found = examine(text)
            assert found.problems == []
            assert found.links == []

    TREES = st.recursive(
        st.sampled_from(["a", " ", "<br/>", "&lt;", '<img src="a" alt="b"/>']),
        lambda inner: st.tuples(
            st.sampled_from(["p", "b", "table", "tr", "td", "ul", "li", "div", "span", "a", "h1"]),
            st.sampled_from(["", ' class="x"', ' href="y"', " id='z'"]),
            st.lists(inner, max_size=3),
        ).map(lambda t: f"<{t[0]}{t[1]}>{''.join(t[2])}</{t[0]}>"),
        max_leaves=8,
    )

    @given(st.lists(TREES, max_size=3))
    def test_agrees_with_the_exact_check_on_trees(self, trees):
        text = div("".join(trees))
        if is_plainly_sound(text):
            assert examine(text).problems == []

    @given(
        st.sampled_from(["xmlns", "lang", "xml:lang", "class", "id"]),
        st.text("ae/ \"':", max_size=4),
    )
    def test_is_as_careful_with_the_outermost_tag(self, name, value):
        text = f'<div xmlns="{NS}" {name}="{value}">a</div>'
        if is_plainly_sound(text):
            assert examine(text).problems == []


class TestHostileText:
    def test_is_told_in_a_hundred_problems_at_most(self):
        text = div("".join(f"<x{n} a{n}='b'/>" for n in range(20_000)))
        assert len(narrative_problems(text)) == 100

    def test_with_many_dead_links_in_a_large_bundle_is_no_burden(self):
        text = div("".join(f"<a href='#{n}'>a</a>" for n in range(2_000)))
        entries = [{"resource": {"resourceType": "Patient", "id": f"p{n}"}} for n in range(5_000)]
        found = checked(text, container={"resourceType": "Bundle", "entry": entries})
        assert len(found) == 2_000

    @given(st.text(max_size=100))
    def test_never_raises(self, text):
        narrative_problems(text)
        narrative_problems(div(text))
        assert json.dumps([problem.text for problem in examine(div(text)).problems])

    @given(st.text("<>/&;#\"'=! -[]abdivpx:", max_size=60))
    def test_nearly_xhtml_never_raises(self, text):
        checked(div(text))
