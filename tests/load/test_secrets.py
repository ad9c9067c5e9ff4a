"""Secrets: looked up by reference, and refused wherever they are written in clear."""

from __future__ import annotations

import base64
import random
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.load.config import load_config, resolve_secret
from conformance_cli.load.secrets import looks_secret
from tests.load.helpers import line_of, problem

_RANDOM = random.Random(7)
JWT = ".".join(
    base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    for text in ('{"alg":"none"}', '{"sub":"nobody"}', "signature")
)
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"


def drawn(alphabet: str, length: int) -> str:
    return "".join(_RANDOM.choices(alphabet, k=length))


HEX = drawn("0123456789abcdef", 40)
BASE62 = drawn(string.ascii_letters + string.digits, 40)


class TestResolve:
    def test_takes_the_value_of_a_variable(self, tmp_path: Path) -> None:
        assert resolve_secret("env:TOKEN", {"TOKEN": "abc\n"}, tmp_path) == "abc"

    def test_takes_the_text_of_a_file_beside_the_configuration(self, tmp_path: Path) -> None:
        (tmp_path / "key.pem").write_text("line one\nline two\n\n")
        assert resolve_secret("file:key.pem", {}, tmp_path) == "line one\nline two"

    def test_takes_an_absolute_path(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("k")
        assert resolve_secret(f"file:{tmp_path / 'key'}", {}, Path("/nowhere")) == "k"

    @pytest.mark.parametrize("text", ["abc", "", "env:", "keyring:x", "ENV:X", " env:X"])
    def test_refuses_what_is_no_reference_without_repeating_it(
        self, tmp_path: Path, text: str
    ) -> None:
        found = problem(lambda: resolve_secret(text, {}, tmp_path))
        assert found.code == "secret-in-clear"
        assert "abc" not in f"{found.message} {found.hint}"

    def test_a_variable_that_is_not_set_offers_the_nearest(self, tmp_path: Path) -> None:
        found = problem(lambda: resolve_secret("env:TOKNE", {"TOKEN": "abc"}, tmp_path))
        assert (found.code, found.hint) == ("secret-not-found", 'did you mean "TOKEN"?')
        assert "abc" not in str(found)

    @pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * 70_000])
    def test_a_file_that_holds_no_secret_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "key").write_bytes(content)
        assert problem(lambda: resolve_secret("file:key", {}, tmp_path)).code == "secret-not-found"

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        found = problem(lambda: resolve_secret("file:none", {}, tmp_path))
        assert (found.code, "none" in found.message) == ("secret-not-found", True)

    def test_an_empty_variable_is_no_secret(self, tmp_path: Path) -> None:
        found = problem(lambda: resolve_secret("env:A", {"A": ""}, tmp_path))
        assert found.code == "secret-not-found"


class TestLooks:
    @pytest.mark.parametrize(
        ("text", "what"),
        [
            (JWT, "a token"),
            (f"Bearer {JWT}", "a token"),
            (PEM, "a private key"),
            ("-----BEGIN PRIVATE KEY-----", "a private key"),
            ("https://user:hunter2@host/fhir", "a URL with a password"),
            (HEX, "a key or token"),
            (BASE62, "a key or token"),
            (f"x {BASE62} y", "a key or token"),
            (f"https://host/fhir?key={BASE62}", "a key or token"),
        ],
    )
    def test_like_what_it_is(self, text: str, what: str) -> None:
        assert looks_secret(text) == what

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "https://provider.example.test/booking-and-referral/FHIR/R4",
            "https://provider.example.test/3f2b8c1e-9d4a-4c6b-8f7e-0a1b2c3d4e5f/fhir",
            "https://${USER}:${PASSWORD}@host/fhir",
            "3f2b8c1e-9d4a-4c6b-8f7e-0a1b2c3d4e5f",
            "gp-connect-appointments-provider-int-environment-2026",
            "GP-Connect-Appointments-Provider-INT-Environment-2026",
            "urn:nhsd:apim:app:level3:personal-demographics-service",
            "9000000009",
            "90000000099000000009900000000990000000099",
            "certificates/client-of-the-reference-environment-2026-01.pem",
            "/var/lib/tmpuf8k31k8/inner0/results9/x7y8z9",
            "./a1b2c3d4/e5f6g7h8/i9j0k1l2/m3n4o5",
            "https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Organization-1",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
            "We test the sandbox of the supplier in Leeds, version 1.2.3-beta.4",
        ],
    )
    def test_not_like_names_urls_and_identifiers(self, text: str) -> None:
        assert looks_secret(text) == ""

    @given(st.integers(0, 2**32))
    def test_almost_every_random_key_is_seen(self, seed: int) -> None:
        generator = random.Random(seed)
        seen = 0
        for alphabet in (string.ascii_letters + string.digits, "0123456789abcdef"):
            for _ in range(20):
                seen += bool(looks_secret("".join(generator.choices(alphabet, k=40))))
        assert seen >= 36


AUTH = '[auth]\nscheme = "{scheme}"\n'


class TestInFiles:
    @pytest.mark.parametrize(
        ("scheme", "key"),
        [
            ("bearer", "token"),
            ("basic", "password"),
            ("api-key", "value"),
            ("client-credentials", "private-key"),
        ],
    )
    def test_a_secret_key_takes_only_a_reference(
        self, tmp_path: Path, scheme: str, key: str
    ) -> None:
        text = AUTH.format(scheme=scheme) + f'{key} = "short"\n'
        (tmp_path / "conformance.toml").write_text(text)
        found = problem(lambda: load_config(None, None, {}, {}, tmp_path))
        assert (found.code, found.hint) == (
            "secret-in-clear",
            'write "env:NAME" or "file:PATH"',
        )
        assert line_of(found) == ("conformance.toml", 3)
        assert "short" not in str(found)

    def test_a_variable_in_its_place_becomes_a_reference_in_the_hint(self, tmp_path: Path) -> None:
        text = AUTH.format(scheme="bearer") + 'token = "${MY_TOKEN}"\n'
        (tmp_path / "conformance.toml").write_text(text)
        found = problem(lambda: load_config(None, None, {}, {"MY_TOKEN": "x"}, tmp_path))
        assert found.hint == 'write "env:MY_TOKEN" or "file:PATH"'

    @pytest.mark.parametrize("secret", [JWT, HEX, BASE62, "https://a:b@host"])
    @pytest.mark.parametrize(
        "place",
        [
            'endpoint = "{}"',
            '[product]\nname = "{}"',
            '[fixtures]\npatient = "{}"',
            '[network]\nproxy = "{}"',
            '[run]\ninclude = ["a", "{}"]',
            '[environments.other.fixtures]\npatient = "{}"',
            '[auth.one]\nscheme = "basic"\nuser = "{}"\npassword = "env:P"',
            'catalogues = [\n  "a",\n  "{}",\n]',
        ],
    )
    def test_a_secret_is_refused_wherever_it_stands(
        self, tmp_path: Path, place: str, secret: str
    ) -> None:
        (tmp_path / "conformance.toml").write_text(place.format(secret))
        found = problem(lambda: load_config(None, None, {}, {}, tmp_path))
        assert found.code == "secret-in-clear"
        assert secret not in str(found)
        assert line_of(found)[1] > 0

    def test_references_and_variables_are_fine(self, tmp_path: Path) -> None:
        text = '[auth]\nscheme = "bearer"\ntoken = "env:T"\n[fixtures]\na = "${A}"\n'
        (tmp_path / "conformance.toml").write_text(text)
        config = load_config(None, None, {}, {"A": BASE62}, tmp_path)
        assert (config.auth.token, config.fixtures["a"]) == ("env:T", BASE62)
