"""A terminology server is asked rarely, within bounds, and never trusted to answer."""

import time
from contextlib import closing

import pytest

from conformance_cli.fhir.terminology.first import FirstOf
from conformance_cli.fhir.terminology.local import LocalTerminology
from conformance_cli.fhir.terminology.protocol import Coded
from conformance_cli.fhir.terminology.server import ServerTerminology
from tests.fhir.terminology.definitions import COLOURS, SNOMED, Library, colours, value_set
from tests.fhir.terminology.stub_server import running

VS = "http://clinic.test/ValueSet/chosen"
HEART_ATTACK = Coded(SNOMED, "22298006")


@pytest.fixture
def stub():
    with running() as server:
        yield server


@pytest.fixture
def server(stub):
    with closing(ServerTerminology(stub.url, timeout=5)) as made:
        yield made


def ask(stub, file, coded=HEART_ATTACK):
    """One run that keeps its answers in a file."""
    with closing(ServerTerminology(stub.url, cache=file)) as made:
        return made.in_value_set(coded, VS)


class TestMembership:
    def test_a_coding_is_sent_with_its_value_set(self, stub, server):
        stub.validate(result=True)
        coded = Coded(SNOMED, "22298006", "http://snomed.info/sct/1", "Heart attack")
        assert server.in_value_set(coded, f"{VS}|2").standing.value == "valid"
        coding = {"system": SNOMED, "version": "http://snomed.info/sct/1", "code": "22298006"}
        assert stub.asked == [
            (
                "ValueSet/$validate-code",
                {"url": VS, "valueSetVersion": "2", "coding": coding},
            )
        ]

    def test_a_bare_code_takes_the_system_that_the_server_infers(self, stub, server):
        stub.validate(result=True, system=SNOMED)
        assert server.in_value_set(Coded(None, "22298006"), VS).system == SNOMED
        assert stub.asked[0][1]["inferSystem"] is True

    def test_what_the_server_refuses_is_invalid_for_its_reason(self, stub, server):
        stub.validate(result=False, message="not in the value set")
        answer = server.in_value_set(HEART_ATTACK, VS)
        assert (answer.standing.value, answer.reason) == ("invalid", "not in the value set")

    def test_a_value_set_at_hand_is_sent_along(self, stub, server):
        stub.validate(result=True)
        given, inner = value_set("", {"valueSet": ["#i"]}), value_set(VS, {}, id="i")
        assert server.in_given(HEART_ATTACK, given, [inner]).standing.value == "valid"
        assert stub.asked[0][1]["valueSet"] == given
        assert stub.asked[0][1]["tx-resource"] == inner

    def test_without_a_code_nothing_is_asked(self, stub, server):
        assert server.in_value_set(Coded(SNOMED, None), VS).standing.value == "invalid"
        assert stub.asked == []


class TestNotKnowing:
    @pytest.mark.parametrize(
        "message",
        [
            "Unknown code system http://snomed.info/sct",
            "A definition for CodeSystem 'http://x' could not be found, so the code ...",
            "Unable to resolve value set http://clinic.test/ValueSet/chosen",
            "The value set 'x' is unknown",
        ],
    )
    def test_a_system_that_the_server_does_not_have_is_no_fault_of_the_code(
        self, stub, server, message
    ):
        stub.validate(result=False, message=message)
        assert server.in_value_set(HEART_ATTACK, VS).standing.value == "unknown"

    @pytest.mark.parametrize(
        ("kind", "standing"), [("not-found", "unknown"), ("not-in-vs", "invalid")]
    )
    def test_coded_issues_say_so_too(self, stub, server, kind, standing):
        issue = {"severity": "error", "details": {"coding": [{"code": kind}]}}
        stub.answers["ValueSet/$validate-code"] = {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "result", "valueBoolean": False},
                {"name": "issues", "resource": {"issue": [issue]}},
            ],
        }
        assert server.in_value_set(HEART_ATTACK, VS).standing.value == standing


class TestCodeSystems:
    PATH = "CodeSystem/$validate-code"

    def test_a_code_that_exists(self, stub, server):
        stub.validate(self.PATH, result=True, display="Myocardial infarction")
        assert server.in_code_system(HEART_ATTACK).standing.value == "valid"

    def test_a_display_that_the_server_takes_is_fine_even_if_it_prefers_another(self, stub, server):
        stub.validate(self.PATH, result=True, display="Myocardial infarction")
        coded = Coded(SNOMED, "22298006", None, "Heart attack")
        assert server.in_code_system(coded).display is None
        assert [said.get("display") for _, said in stub.asked] == [None, "Heart attack"]

    def test_one_that_it_refuses_is_wrong(self, stub, server):
        def answer(said):
            right = said.get("display") in (None, "Myocardial infarction")
            values = [{"name": "result", "valueBoolean": right}]
            values.append({"name": "display", "valueString": "Myocardial infarction"})
            return {"resourceType": "Parameters", "parameter": values}

        stub.answers[self.PATH] = answer
        found = server.in_code_system(Coded(SNOMED, "22298006", None, "Broken leg"))
        assert (found.standing.value, found.display) == ("valid", "Myocardial infarction")

    def test_which_systems_it_has_it_says_in_its_capabilities(self, stub, server):
        stub.answers["metadata"] = {"codeSystem": [{"uri": SNOMED}]}
        assert server.knows_system(SNOMED)
        assert not server.knows_system(COLOURS)
        assert stub.asked == [("metadata", "mode=terminology")]


class TestValueSets:
    def test_whether_one_exists_is_searched_for(self, stub, server):
        stub.answers["ValueSet"] = {"resourceType": "Bundle", "total": 1}
        assert server.value_set_exists(VS)
        assert server.value_set_exists(VS)
        assert len(stub.asked) == 1

    def test_few_codes_are_listed(self, stub, server):
        contains = [{"code": "a"}, {"code": "b", "abstract": True, "contains": [{"code": "c"}]}]
        stub.answers["ValueSet/$expand"] = {"expansion": {"total": 3, "contains": contains}}
        assert server.codes_of(VS) == {"a", "c"}

    def test_many_are_not(self, stub, server):
        contains = [{"code": "a"}]
        stub.answers["ValueSet/$expand"] = {"expansion": {"total": 90_000, "contains": contains}}
        assert server.codes_of(VS) is None


class TestFailures:
    @pytest.mark.parametrize(
        ("status", "raw", "reason"),
        [
            (
                404,
                b'{"issue":[{"diagnostics":"no such operation"}]}',
                "status 404: no such operation",
            ),
            (422, b"<html>", "answered with status 422"),
            (200, b"<html>", "did not answer with FHIR JSON"),
            (200, b"[]", "did not answer with FHIR JSON"),
            (200, b"{}", "gave no result"),
            (302, b"", "answered with status 302"),
            (500, b"", "failed with status 500"),
        ],
    )
    def test_any_answer_but_a_result_is_unknown(self, stub, server, status, raw, reason):
        stub.status, stub.raw = status, raw
        answer = server.in_value_set(HEART_ATTACK, VS)
        assert answer.standing.value == "unknown"
        assert reason in answer.reason

    def test_a_slow_server_is_not_waited_for(self, stub):
        stub.delay = 3
        started = time.monotonic()
        answer = ServerTerminology(stub.url, timeout=0.2).in_value_set(HEART_ATTACK, VS)
        assert time.monotonic() - started < 2
        assert "took more than 0.2 seconds" in answer.reason

    def test_an_answer_that_is_too_large_is_not_read(self, stub, server):
        stub.raw = b" " * (9 << 20)
        assert "too large" in server.in_value_set(HEART_ATTACK, VS).reason

    def test_nobody_there(self):
        answer = ServerTerminology("http://127.0.0.1:9/fhir").in_value_set(HEART_ATTACK, VS)
        assert "127.0.0.1 cannot be reached (no connection)" in answer.reason

    def test_no_credentials_of_the_environment_are_sent(self, stub, server, tmp_path, monkeypatch):
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
        (tmp_path / "netrc").chmod(0o600)
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        stub.validate(result=True)
        server.in_value_set(HEART_ATTACK, VS)
        assert "Authorization" not in stub.headers

    def test_a_server_that_keeps_failing_is_left_alone(self, stub, server):
        stub.status = 503
        for number in range(6):
            answer = server.in_value_set(Coded(SNOMED, str(number)), VS)
        assert len(stub.asked) == 3
        assert "127.0.0.1 failed with status 503; it has failed repeatedly" in answer.reason

    def test_requests_are_counted(self, stub):
        stub.validate(result=True)
        server = ServerTerminology(stub.url, most_requests=2)
        standings = [server.in_value_set(Coded(SNOMED, c), VS).standing.value for c in "abc"]
        assert standings == ["valid", "valid", "unknown"]
        assert len(stub.asked) == 2

    @pytest.mark.parametrize("url", ["", "ftp://x.test", "file:///etc/passwd", "https://"])
    def test_only_http_is_spoken(self, url):
        with pytest.raises(ValueError, match="not the URL of a terminology server"):
            ServerTerminology(url)


class TestKeeping:
    def test_an_answer_is_asked_for_once(self, stub, server):
        stub.validate(result=True)
        for _ in range(3):
            server.in_value_set(HEART_ATTACK, VS)
        assert len(stub.asked) == 1

    def test_it_can_be_kept_on_disk(self, stub, tmp_path):
        stub.validate(result=True, display="Heart attack", system=SNOMED)
        file = tmp_path / "cache" / "answers.db"
        assert ask(stub, file) == ask(stub, file)
        assert len(stub.asked) == 1

    def test_not_knowing_is_not_kept_on_disk(self, stub, tmp_path):
        stub.validate(result=False, message="unknown code system x")
        ask(stub, tmp_path / "answers.db")
        stub.validate(result=True)
        assert ask(stub, tmp_path / "answers.db").standing.value == "valid"

    def test_a_broken_file_is_passed_over(self, stub, tmp_path):
        file = tmp_path / "answers.db"
        file.write_bytes(b"this is no database" * 100)
        stub.validate(result=True)
        assert ask(stub, file).standing.value == "valid"


class TestLocalFirst:
    def both(self, stub):
        local = LocalTerminology(Library(colours(), value_set(VS, {"system": COLOURS})))
        return FirstOf(local, ServerTerminology(stub.url))

    def test_what_is_known_locally_is_not_asked(self, stub):
        both = self.both(stub)
        assert both.in_value_set(Coded(COLOURS, "red"), VS).standing.value == "valid"
        assert both.in_value_set(Coded(COLOURS, "mauve"), VS).standing.value == "invalid"
        assert both.codes_of(VS) == {"red", "green", "blue"}
        assert both.value_set_exists(VS)
        assert both.knows_system(COLOURS)
        assert stub.asked == []

    def test_the_rest_is(self, stub):
        stub.validate("CodeSystem/$validate-code", result=False, message="no such code")
        answer = self.both(stub).in_code_system(HEART_ATTACK)
        assert (answer.standing.value, answer.reason) == ("invalid", "no such code")

    def test_where_nobody_knows_the_last_reason_stays(self, stub):
        stub.status = 500
        assert "status 500" in self.both(stub).in_code_system(HEART_ATTACK).reason
