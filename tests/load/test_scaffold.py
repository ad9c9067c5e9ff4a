"""What people begin with works as it is."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.load.catalogue import Catalogue
from conformance_cli.load.config import load_config
from conformance_cli.load.lint import lint_pack, lint_profile
from conformance_cli.load.scaffold import Answers, initial_config, new_pack
from conformance_cli.load.scaffold_texts import AUTH_BLOCKS
from conformance_cli.model.pack import Effect, Fixture
from conformance_cli.model.profile import Option
from conformance_cli.model.run import Product
from tests.load.helpers import problem


class TestNewPack:
    @pytest.mark.parametrize("name", ["acme-orders", "111-online", "x"])
    def test_lints_without_a_word(self, tmp_path: Path, name: str) -> None:
        written = new_pack(name, tmp_path)
        assert all(path.is_file() for path in written)
        catalogue = Catalogue([tmp_path])
        assert lint_profile(tmp_path / f"profiles/{name}/1.0.0/profile.yaml", catalogue) == []
        assert lint_pack(tmp_path / f"test_packs/{name}/1.0.0", catalogue) == []

    def test_shows_every_part_of_the_language(self, tmp_path: Path) -> None:
        new_pack("acme", tmp_path)
        catalogue = Catalogue([tmp_path])
        (pack,) = catalogue.packs_for(catalogue.profile("acme"))
        assert {t.effect for t in pack.tests} == {Effect.READ, Effect.WRITE}
        assert any(t.each for t in pack.tests)
        assert all((pack.fixtures, pack.procedures, pack.observations, pack.preflight))
        assert pack.interactions["create-patient"].body is not None

    def test_explains_itself(self, tmp_path: Path) -> None:
        for path in new_pack("acme", tmp_path):
            assert "#" in path.read_text()
            assert "@NAME@" not in path.read_text()
            assert "@ID@" not in path.read_text()

    @pytest.mark.parametrize("name", ["Acme", "a b", "", "a/b", "..", "a--b", "-a"])
    def test_a_name_that_is_none_is_refused(self, tmp_path: Path, name: str) -> None:
        assert problem(lambda: new_pack(name, tmp_path)).code == "bad-name"
        assert list(tmp_path.iterdir()) == []

    def test_nothing_is_written_over(self, tmp_path: Path) -> None:
        path = tmp_path / "test_packs/acme/1.0.0/pack.yaml"
        path.parent.mkdir(parents=True)
        path.write_text("mine")
        found = problem(lambda: new_pack("acme", tmp_path))
        assert (found.code, found.place) == ("already-there", str(path))
        assert path.read_text() == "mine"
        assert not (tmp_path / "profiles").exists()


ENVIRON = dict.fromkeys(("FHIR_USER", "FHIR_CLIENT_ID"), "x")


class TestInitialConfig:
    @pytest.mark.parametrize("auth", AUTH_BLOCKS)
    def test_loads_for_every_scheme(self, tmp_path: Path, auth: str) -> None:
        (tmp_path / "conformance.toml").write_text(initial_config(Answers("acme", auth=auth)))
        config = load_config(None, None, {}, ENVIRON, tmp_path)
        assert (config.profile, config.endpoint, config.auth.scheme) == ("acme", None, auth)

    def test_every_line_that_is_commented_out_would_be_right(self, tmp_path: Path) -> None:
        answers = Answers("acme", fixtures=[Fixture("patient", "P", example="1")])
        text = initial_config(answers)
        opened = "\n".join(
            line.removeprefix("# ")
            if line.startswith("# ") and ("=" in line or "[" in line)
            else line
            for line in text.splitlines()
            if "CONFORMANCE_" not in line
        )
        (tmp_path / "conformance.toml").write_text(opened)
        config = load_config(None, "int", {}, ENVIRON, tmp_path)
        assert config.endpoint == "https://int.provider.example/fhir"
        assert config.auth.scheme == "bearer"
        assert config.fixtures == {"patient": "1"}

    def test_lists_what_the_supplier_has_to_give(self) -> None:
        text = initial_config(
            Answers(
                "acme",
                fixtures=[
                    Fixture("a", "A patient", "Reads need it.", ("Is synthetic",), example="1"),
                    Fixture("b", "Another", default="2"),
                ],
                options=[Option("booking", "Books", default=False)],
            )
        )
        assert '# A patient\n#   Reads need it.\n#   Is synthetic\n# a = "1"\n' in text
        assert '# Another\nb = "2"\n' in text
        assert "booking = false  # Books" in text

    def test_what_is_commented_out_can_be_used(self, tmp_path: Path) -> None:
        text = initial_config(Answers("bars", endpoint="https://x"))
        path = tmp_path / "conformance.toml"
        path.write_text(text.replace("# [packages]\n# use", "[packages]\nuse"))
        config = load_config(path, None, {}, {}, tmp_path)
        assert config.packages.use == ("hl7.fhir.r4.core@4.0.1",)

    @given(
        profile=st.text(),
        name=st.text(),
        title=st.text(),
        value=st.text(),
        key=st.text(min_size=1),
    )
    def test_whatever_is_answered_is_read_back(
        self, profile: str, name: str, title: str, value: str, key: str
    ) -> None:
        answers = Answers(
            profile,
            endpoint="https://x",
            product=Product(name),
            fixtures=[Fixture(key, title, title, (title,), default=value)],
            options=[Option(key, title, default=True)],
        )
        data = tomllib.loads(initial_config(answers))
        assert data["profile"].replace("$${", "${") == profile
        assert data["product"].get("name", "").replace("$${", "${") == name
        assert data["fixtures"] == {key.replace("${", "$${"): value.replace("${", "$${")}
        assert data["options"] == {key.replace("${", "$${"): True}
