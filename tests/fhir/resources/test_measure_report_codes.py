"""The stratifiers of a report, which in R4 have a list of codes."""

from conformance_cli.fhir.resources.measures.codes import Index, code_of, shown_code

AGES = {"code": {"text": "ages"}}


def test_a_report_may_give_the_code_as_a_list_or_alone() -> None:
    assert code_of({"code": [{"text": "ages"}]}) == {"text": "ages"}
    assert code_of({"code": {"text": "ages"}}) == {"text": "ages"}
    assert code_of({"code": []}) is None


def test_a_code_in_a_list_finds_the_part_that_the_measure_defines() -> None:
    assert Index([AGES]).matching({"code": [{"text": "ages"}]}) is AGES
    assert Index([AGES]).matching({"code": [{"text": "others"}]}) is None
    assert shown_code({"code": [{"text": "ages"}]}) == "ages"
