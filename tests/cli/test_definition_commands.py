"""profile and pack: for people who read definitions, and people who write them."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.cli.endpoint import BASE, CATALOGUE

MINI_PROFILE = CATALOGUE / "profiles/mini/1.0.0"
MINI_PACK = CATALOGUE / "test_packs/mini/1.0.0"


def test_profiles_are_listed_with_status_and_title(tmp_path, cli) -> None:
    ended = cli("profile", "list", *BASE, cwd=tmp_path)
    rows = [line.split()[:2] for line in ended.out.splitlines()]
    assert ["bars@1.0.0", "active"] in rows
    assert ["mini@1.0.0", "active"] in rows


def test_a_catalogue_of_the_configuration_file_counts_everywhere(tmp_path, cli) -> None:
    (tmp_path / "conformance.toml").write_text(f'catalogues = ["{CATALOGUE}"]\n')
    assert "mini@1.0.0" in cli("profile", "list", cwd=tmp_path).out
    assert "mini@1.0.0" in cli("pack", "list", cwd=tmp_path).out


def test_a_profile_shows_every_requirement_option_and_source(tmp_path, cli) -> None:
    ended = cli("profile", "show", "mini", *BASE, cwd=tmp_path)
    for said in ("MINI-READ-001", "SHALL", "create", "https://example.org/mini", "attested"):
        assert said in ended.out
    assert "6 requirements: 5 SHALL, 1 SHOULD, 0 MAY" in ended.out


def test_a_profile_for_programs_has_every_requirement(tmp_path, cli) -> None:
    shown = cli("profile", "show", "bars@1.0.0", "--format", "json", cwd=tmp_path).json()
    assert shown["version"] == "1.0.0"
    assert len({r["id"] for r in shown["requirements"]}) == len(shown["requirements"]) > 100


def test_a_profile_can_be_shown_by_its_file(tmp_path, cli) -> None:
    ended = cli("profile", "show", str(MINI_PROFILE), cwd=tmp_path)
    assert ended.out.startswith("mini@1.0.0")


def test_what_a_new_version_asks_for_is_listed(tmp_path, cli) -> None:
    ended = cli("profile", "diff", "bars@1.0.0", "bars@1.1.0", cwd=tmp_path)
    assert ended.code == 0
    assert "+ BARS-" in ended.out
    changes = cli(
        "profile", "diff", "bars@1.0.0", "bars@1.1.0", "--format", "json", cwd=tmp_path
    ).json()
    added, removed, changed = (len(changes[k]) for k in ("added", "removed", "changed"))
    assert ended.out.rstrip().endswith(f"{added} new, {removed} gone, {changed} changed")


@pytest.mark.parametrize(("command", "path"), [("profile", MINI_PROFILE), ("pack", MINI_PACK)])
def test_lint_of_what_is_right_is_ok(command, path, tmp_path, cli) -> None:
    ended = cli(command, "lint", str(path), *BASE, cwd=tmp_path)
    assert ended.code == 0
    assert "0 errors, 0 warnings" in ended.out


def test_lint_of_what_is_wrong_is_a_no_with_every_line(tmp_path, cli) -> None:
    import shutil

    copy = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE, copy)
    tests = copy / "test_packs/mini/1.0.0/tests/patients.yaml"
    tests.write_text(tests.read_text().replace("resource-type:", "resource-typ:"))
    folder = str(tests.parent.parent)
    ended = cli("pack", "lint", folder, "--catalogue", str(copy), cwd=tmp_path)
    assert ended.code == 1
    assert "error[unknown-assertion]" in ended.out
    wrong = 1 + next(i for i, t in enumerate(tests.read_text().splitlines()) if "-typ:" in t)
    assert f"patients.yaml:{wrong}\n" in ended.out
    assert 'did you mean "resource-type"?' in ended.out


@pytest.mark.parametrize("command", ["profile", "pack"])
def test_lint_of_nothing_is_a_usage_error(command, tmp_path, cli) -> None:
    ended = cli(command, "lint", "nowhere", cwd=tmp_path)
    assert ended.code == 2
    assert "error[file-not-found]" in ended.err


def test_a_new_pack_lints_without_a_word_and_can_be_planned(tmp_path, cli) -> None:
    made = cli("pack", "new", "acme-orders", "--dir", "mine", cwd=tmp_path)
    assert made.code == 0
    assert "mine/test_packs/acme-orders/1.0.0/pack.yaml" in made.out
    folder = "mine/test_packs/acme-orders/1.0.0"
    lint = cli("pack", "lint", folder, "--catalogue", "mine", cwd=tmp_path)
    assert (lint.code, lint.out) == (0, f"{folder}: 0 errors, 0 warnings\n")
    assert cli("plan", "acme-orders", "--catalogue", "mine", cwd=tmp_path).code == 0


def test_a_new_pack_overwrites_nothing(tmp_path, cli) -> None:
    cli("pack", "new", "acme", cwd=tmp_path)
    ended = cli("pack", "new", "acme", cwd=tmp_path)
    assert ended.code == 2
    assert "error[already-there]" in ended.err


def test_the_fixture_sheet_is_csv_to_fill_in(tmp_path, cli) -> None:
    ended = cli("pack", "fixtures", "mini", "--format", "csv", *BASE, cwd=tmp_path)
    (row,) = csv.DictReader(io.StringIO(ended.out))
    assert row["fixture"] == "patient"
    assert row["properties"] == "Is synthetic"
    assert row["value"] == ""


def test_the_fixture_sheet_is_a_markdown_table_with_equal_columns(tmp_path, cli) -> None:
    ended = cli("pack", "fixtures", "bars", cwd=tmp_path)
    pipes = {line.replace("\\|", "").count("|") for line in ended.out.splitlines()}
    assert pipes == {8}


def test_a_pack_lists_its_tests(tmp_path, cli) -> None:
    ended = cli("pack", "show", "mini", "--tests", "--format", "json", *BASE, cwd=tmp_path)
    tests = {t["id"]: t for t in json.loads(ended.out)}
    assert len(tests) == 8
    assert tests["created-patient"]["effect"] == "write"
    assert tests["known-patient"]["requirements"] == ["MINI-READ-001"]


def test_coverage_has_every_requirement_of_the_profile_once(tmp_path, cli) -> None:
    (covered,) = cli("pack", "show", "bars@1.0.0", "--format", "json", cwd=tmp_path).json()[
        "profiles"
    ]
    profile = cli("profile", "show", "bars@1.0.0", "--format", "json", cwd=tmp_path).json()
    assert [r["id"] for r in covered["requirements"]] == [r["id"] for r in profile["requirements"]]
    for requirement in covered["requirements"]:
        assert requirement["tests"] or requirement["reason"] or requirement["status"] == "attested"


def test_an_unknown_pack_is_named_with_the_nearest(tmp_path, cli) -> None:
    ended = cli("pack", "show", "brs", cwd=tmp_path)
    assert ended.code == 2
    assert 'did you mean "bars"?' in ended.err


def test_a_broken_catalogue_folder_is_named(tmp_path, cli) -> None:
    ended = cli("profile", "list", "--catalogue", str(tmp_path), cwd=tmp_path)
    assert ended.code == 2
    assert "error[catalogue-not-found]" in ended.err
