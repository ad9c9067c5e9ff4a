"""The catalogue: which profile or pack a name means, and where it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conformance_cli.load.catalogue import Catalogue
from conformance_cli.load.references import Reference, newest
from conformance_cli.load.resources import data_root
from conformance_cli.model.profile import ProfileStatus
from tests.load.helpers import (
    PACK,
    PROFILE,
    TESTS,
    catalogue_folder,
    line_of,
    problem,
    problems,
    small_catalogue,
)


def profile(version: str, status: str = "active") -> str:
    return PROFILE.replace("1.0.0", version).replace("active", status)


def versions(root: Path, **statuses: str) -> Catalogue:
    files = {
        f"profiles/acme/{v}/profile.yaml": profile(v, status) for v, status in statuses.items()
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return Catalogue([root])


SEVERAL = {
    "0.9.0": "retired",
    "1.0.0": "active",
    "1.2.0": "active",
    "1.10.0": "active",
    "2.0.0": "draft",
    "2.1.0-beta.1": "draft",
}


class TestProfiles:
    @pytest.mark.parametrize(
        ("ref", "version"),
        [
            ("acme", "1.10.0"),
            ("acme@latest", "1.10.0"),
            ("acme@1.0.0", "1.0.0"),
            ("acme@0.9.0", "0.9.0"),
            ("acme@2.1.0-beta.1", "2.1.0-beta.1"),
            ("acme@^1", "1.10.0"),
            ("acme@~1.2", "1.2.0"),
            ("acme@1.x", "1.10.0"),
            ("acme@>=1.0 <1.10", "1.2.0"),
            ("acme@^2", "2.0.0"),
            ("acme@>=1", "1.10.0"),
            (" acme @ ^1 ", "1.10.0"),
        ],
    )
    def test_a_reference_means_one_version(self, tmp_path: Path, ref: str, version: str) -> None:
        ref = ref.replace(" @ ", "@")
        assert versions(tmp_path, **SEVERAL).profile(ref).version == version

    def test_a_name_means_a_draft_only_where_none_is_active(self, tmp_path: Path) -> None:
        catalogue = versions(tmp_path, **{"1.0.0": "draft", "0.1.0": "retired"})
        assert catalogue.profile("acme").version == "1.0.0"
        found = problem(lambda: catalogue.profile("acme@latest"))
        assert found.message == ("there is no profile acme@latest: none of its versions is active")
        assert found.hint == "versions of acme: 1.0.0 (draft), 0.1.0 (retired)"

    @pytest.mark.parametrize(
        ("ref", "hint"),
        [
            ("acne", 'did you mean "acme"?'),
            ("zzz@1.0.0", "profiles: acme"),
            ("acme@3", "versions of acme: 1.0.0 (active)"),
            ("acme@1.0.1", "versions of acme: 1.0.0 (active)"),
        ],
    )
    def test_what_is_not_there_offers_what_is(self, tmp_path: Path, ref: str, hint: str) -> None:
        found = problem(lambda: versions(tmp_path, **{"1.0.0": "active"}).profile(ref))
        assert (found.code, found.hint) == ("profile-not-found", hint)

    def test_a_retired_version_is_only_found_by_its_number(self, tmp_path: Path) -> None:
        catalogue = versions(tmp_path, **{"1.0.0": "retired"})
        assert catalogue.profile("acme@1.0.0").status is ProfileStatus.RETIRED
        assert problem(lambda: catalogue.profile("acme@^1")).code == "profile-not-found"
        assert problem(lambda: catalogue.profile("acme")).code == "profile-not-found"

    def test_a_range_that_is_none_says_how_to_write_one(self, tmp_path: Path) -> None:
        found = problem(lambda: versions(tmp_path, **{"1.0.0": "active"}).profile("acme@~>1"))
        assert found.code == "bad-range"

    def test_are_listed_by_name_and_newest_first(self, tmp_path: Path) -> None:
        found = [e.version for e in versions(tmp_path, **SEVERAL).profiles()]
        assert found == ["2.1.0-beta.1", "2.0.0", "1.10.0", "1.2.0", "1.0.0", "0.9.0"]


class TestListing:
    def test_reads_only_the_beginning_of_files(self, tmp_path: Path) -> None:
        catalogue = small_catalogue(
            tmp_path,
            {
                "profiles/acme/1.0.0/profile.yaml": PROFILE + "  - : : broken\n",
                "test_packs/acme/1.0.0/pack.yaml": PACK + "\t broken",
            },
        )
        assert [e.title for e in catalogue.profiles()] == ["Acme"]
        assert [e.certifies for e in catalogue.packs()] == [("acme@^1",)]
        assert problem(lambda: catalogue.profile("acme")).code == "bad-yaml"

    def test_finds_keys_that_stand_at_the_end(self, tmp_path: Path) -> None:
        head, _, tail = PROFILE.partition("sources:")
        catalogue = small_catalogue(
            tmp_path, {"profiles/acme/1.0.0/profile.yaml": f"sources:{tail}{head}"}
        )
        assert [e.title for e in catalogue.profiles()] == ["Acme"]

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("title: Acme\n", "", 'its "title" is missing'),
            ("status: active", "status: odd", 'its status is "odd"'),
            ("status: active\n", "", 'its "status" is missing'),
            ("version: 1.0.0", "version: 1.0", 'its "version" is missing or no text'),
            ("version: 1.0.0", "version: one", "not like 1.0.0"),
        ],
    )
    def test_a_broken_beginning_is_told(
        self, tmp_path: Path, old: str, new: str, words: str
    ) -> None:
        text = PROFILE.replace(old, new)
        catalogue = small_catalogue(tmp_path, {"profiles/acme/1.0.0/profile.yaml": text})
        found = problem(catalogue.profiles)
        assert (found.code, words in found.message) == ("broken-header", True)
        assert "1.0.0/profile.yaml" in str(found.place)

    def test_a_pack_must_say_what_it_certifies(self, tmp_path: Path) -> None:
        text = PACK.replace("certifies: [acme@^1]", "certifies: acme")
        catalogue = small_catalogue(tmp_path, {"test_packs/acme/1.0.0/pack.yaml": text})
        assert problem(catalogue.packs).code == "broken-header"


class TestFolders:
    def test_one_version_cannot_be_in_two_of_them(self, tmp_path: Path) -> None:
        folders = [catalogue_folder(tmp_path / "a"), catalogue_folder(tmp_path / "b")]
        catalogue = Catalogue(folders)
        found = problem(catalogue.profiles)
        assert found.code == "duplicate-profile"
        assert str(tmp_path / "a") in found.message
        assert str(tmp_path / "b") in str(found.place)
        assert problem(catalogue.packs).code == "duplicate-pack"

    def test_the_same_folder_counts_once(self, tmp_path: Path) -> None:
        folder = catalogue_folder(tmp_path / "a")
        assert len(Catalogue([folder, tmp_path / "a" / ".." / "a"]).profiles()) == 1

    def test_a_folder_that_is_no_catalogue_is_refused(self, tmp_path: Path) -> None:
        found = problem(lambda: Catalogue.default([tmp_path]))
        assert (found.code, found.place) == ("catalogue-not-found", str(tmp_path))

    def test_an_extra_folder_adds_to_what_comes_with_the_tool(self, tmp_path: Path) -> None:
        catalogue = Catalogue.default([catalogue_folder(tmp_path)])
        bundled = Catalogue([data_root()])
        assert {e.path for e in bundled.profiles()} < {e.path for e in catalogue.profiles()}
        assert catalogue.profile("acme").title == "Acme"

    def test_neighbours_of_a_file_are_found(self, tmp_path: Path) -> None:
        folder = catalogue_folder(tmp_path)
        having = Catalogue([]).having(folder / "test_packs" / "acme" / "1.0.0")
        assert having.profile("acme").ref == "acme@1.0.0"

    def test_an_installed_package_can_bring_one(self, tmp_path: Path) -> None:
        catalogue_folder(tmp_path / "data")
        info = tmp_path / "acme_standards-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: acme-standards\nVersion: 1.0\n"
        )
        (info / "entry_points.txt").write_text("[conformance.catalogues]\nacme = acme_std:FOLDER\n")
        (tmp_path / "acme_std.py").write_text(f"FOLDER = {str(tmp_path / 'data')!r}\n")
        code = (
            "from conformance_cli.load.catalogue import Catalogue\n"
            "print(Catalogue.default().profile('acme').ref)"
        )
        root = str(Path(__file__).parents[2])
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": f"{tmp_path}:{root}"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == "acme@1.0.0"


class TestPacks:
    @pytest.mark.parametrize(
        ("ref", "version"),
        [
            ("acme", "1.10.0"),
            ("acme@latest", "1.10.0"),
            ("acme@1.0.0", "1.0.0"),
            ("acme@^1", "1.10.0"),
            ("acme@2.0.0-rc.1", "2.0.0-rc.1"),
        ],
    )
    def test_a_reference_means_one_version(self, tmp_path: Path, ref: str, version: str) -> None:
        assert self.several(tmp_path).pack(ref).version == version

    @pytest.mark.parametrize(
        ("ref", "hint"),
        [
            ("acne", 'did you mean "acme"?'),
            ("acme@3", "versions of acme: 2.0.0-rc.1, 1.10.0, 1.0.0"),
        ],
    )
    def test_what_is_not_there_offers_what_is(self, tmp_path: Path, ref: str, hint: str) -> None:
        found = problem(lambda: self.several(tmp_path).pack(ref))
        assert (found.code, found.hint) == ("pack-not-found", hint)

    def several(self, root: Path) -> Catalogue:
        files = {}
        for version in ("1.10.0", "2.0.0-rc.1"):
            folder = f"test_packs/acme/{version}"
            files[f"{folder}/pack.yaml"] = PACK.replace("1.0.0", version)
            files[f"{folder}/bodies/patient.yaml"] = "a: 1\n"
        return small_catalogue(root, files)

    def test_those_for_a_profile_are_the_newest_that_certify_it(self, tmp_path: Path) -> None:
        catalogue = self.several(tmp_path)
        (pack,) = catalogue.packs_for(catalogue.profile("acme"))
        assert pack.version == "1.10.0"

    def test_those_that_certify_another_version_are_none_of_them(self, tmp_path: Path) -> None:
        text = PACK.replace("acme@^1", "acme@^2")
        catalogue = small_catalogue(tmp_path, {"test_packs/acme/1.0.0/pack.yaml": text})
        assert catalogue.packs_for(catalogue.profile("acme")) == ()

    def test_a_pack_that_extends_another_is_found_by_name(self, tmp_path: Path) -> None:
        folder = "test_packs/acme/1.1.0"
        text = "pack: acme\nversion: 1.1.0\ntitle: N\ncertifies: [acme@^1]\nextends: acme@1.0.0\n"
        catalogue = small_catalogue(tmp_path, {f"{folder}/pack.yaml": text})
        (pack,) = catalogue.packs_for(catalogue.profile("acme"))
        assert (pack.version, [t.id for t in pack.tests]) == ("1.1.0", ["reads"])

    def test_a_base_that_is_not_there_is_told_at_its_line(self, tmp_path: Path) -> None:
        text = PACK + "extends: acme@0.1.0\n"
        catalogue = small_catalogue(tmp_path, {"test_packs/acme/1.0.0/pack.yaml": text})
        found = problem(lambda: catalogue.pack("acme"))
        assert found.code == "unknown-base"
        assert line_of(found) == ("pack.yaml", len(text.splitlines()))


class TestMentions:
    def problems_of(
        self, root: Path, pack: str = PACK, tests: str = TESTS
    ) -> list[tuple[str, str | None]]:
        catalogue = small_catalogue(
            root,
            {
                "test_packs/acme/1.0.0/pack.yaml": pack,
                "test_packs/acme/1.0.0/tests/all.yaml": tests,
            },
        )
        found = problems(lambda: catalogue.packs_for(catalogue.profile("acme")))
        return [(d.code, d.hint) for d in found]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("verifies: ACME-1", "verifies: ACME-11"),
            ("status: 200", "status: 200, verifies: [ACME-1, ACME-22]"),
            ("call: read", "call: read\n      verifies: ACME-11"),
        ],
    )
    def test_a_requirement_that_no_profile_has_is_refused(
        self, tmp_path: Path, old: str, new: str
    ) -> None:
        ((code, hint),) = self.problems_of(tmp_path, tests=TESTS.replace(old, new))
        assert code == "unknown-requirement"
        assert hint
        assert hint.startswith('did you mean "ACME-')

    def test_in_faults_too(self, tmp_path: Path) -> None:
        found = self.problems_of(tmp_path, PACK + "faults: {f: [ACME-9]}\n")
        assert found == [("unknown-requirement", 'did you mean "ACME-2"?')]

    def test_an_option_that_no_profile_has_is_refused(self, tmp_path: Path) -> None:
        text = TESTS.replace("  effect:", "  when: option.boking\n  effect:")
        assert self.problems_of(tmp_path, tests=text) == [
            ("unknown-option", 'did you mean "booking"?')
        ]

    def test_an_id_of_another_profile_that_is_certified_is_fine(self, tmp_path: Path) -> None:
        more = PROFILE.replace("1.0.0", "1.1.0").replace("ACME-2", "ACME-3")
        catalogue = small_catalogue(
            tmp_path,
            {
                "profiles/acme/1.1.0/profile.yaml": more,
                "test_packs/acme/1.0.0/tests/all.yaml": TESTS.replace("ACME-1", "ACME-3"),
            },
        )
        assert len(catalogue.packs_for(catalogue.profile("acme@1.0.0"))) == 1


class TestBundled:
    def test_every_profile_and_pack_loads(self) -> None:
        catalogue = Catalogue([data_root()])
        for entry in catalogue.profiles():
            assert catalogue.profile(f"{entry.name}@{entry.version}").requirements
        for pack in catalogue.packs():
            assert catalogue.pack(f"{pack.name}@{pack.version}").tests

    def test_loading_needs_no_heavy_library(self) -> None:
        code = (
            "import sys\n"
            "from conformance_cli.load.catalogue import Catalogue\n"
            "c = Catalogue.default()\n"
            "c.packs_for(c.profile('bars'))\n"
            "heavy = {'jsonschema', 'fhirpathpy', 'requests', 'cryptography', 'starlette'}\n"
            "print(sorted(heavy & sys.modules.keys()))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == "[]"


def test_a_release_is_newer_than_its_own_pre_release_and_than_later_ones() -> None:
    assert newest(["1.0.0-rc.1", "1.0.0"]) == "1.0.0"
    assert newest(["1.0.0", "2.0.0-rc.1"]) == "1.0.0"
    assert newest(["2.0.0-rc.1", "2.0.0-rc.10"]) == "2.0.0-rc.10"


def test_a_reference_is_written_as_it_is_read() -> None:
    for text in ("acme", "acme@latest", "acme@1.0.0", "acme@>=1 <2"):
        assert str(Reference.parse(text)) == text
