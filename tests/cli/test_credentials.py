"""From the configuration to what the endpoint is given: each way to authenticate."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.cli.endpoint import BASE, KNOWN, Endpoint, endpoint, outcome
from tests.miniatures import Answer, Asked, miniature

RUN = ("run", "mini", "--fixture", f"patient={KNOWN}", "--allow", "writes", *BASE)


def only_with(header: str, value: str):
    """Refuses requests without this header."""

    def instead(asked: Asked) -> Answer | None:
        return None if asked.headers.get(header) == value else Answer(401, outcome("login"))

    return instead


def configure(folder: Path, served: Endpoint, auth: str) -> None:
    (folder / "conformance.toml").write_text(f'endpoint = "{served.base_url}"\n{auth}\n')


@pytest.mark.parametrize(
    ("block", "header", "value"),
    [
        ('scheme = "bearer"\ntoken = "env:SECRET"', "authorization", "Bearer s3cret-value"),
        (
            'scheme = "basic"\nuser = "me"\npassword = "env:SECRET"',
            "authorization",
            "Basic " + base64.b64encode(b"me:s3cret-value").decode(),
        ),
        ('scheme = "api-key"\nvalue = "env:SECRET"', "apikey", "s3cret-value"),
        (
            'scheme = "api-key"\nheader = "X-Key"\nvalue = "file:key.txt"',
            "x-key",
            "s3cret-value",
        ),
    ],
)
def test_the_credential_of_the_file_is_sent(block, header, value, tmp_path, cli) -> None:
    (tmp_path / "key.txt").write_text("s3cret-value\n")
    with endpoint(only_with(header, value)) as served:
        configure(tmp_path, served, f"[auth]\n{block}")
        ended = cli(*RUN, cwd=tmp_path, env={"SECRET": "s3cret-value"})
    assert ended.code == 0, ended.out


@pytest.mark.parametrize("flags", [("--token-env", "SECRET"), ("--token-file", "key.txt")])
def test_a_token_of_a_flag_counts_more_than_the_file(flags, tmp_path, cli) -> None:
    (tmp_path / "key.txt").write_text("s3cret-value\n")
    with endpoint(only_with("authorization", "Bearer s3cret-value")) as served:
        configure(tmp_path, served, '[auth]\nscheme = "bearer"\ntoken = "env:OTHER"')
        ended = cli(*RUN, *flags, cwd=tmp_path, env={"SECRET": "s3cret-value"})
    assert ended.code == 0, ended.out


def test_one_of_several_blocks_is_chosen_by_name(tmp_path, cli) -> None:
    blocks = (
        '[auth.first]\nscheme = "bearer"\ntoken = "env:FIRST"\n'
        '[auth.second]\nscheme = "bearer"\ntoken = "env:SECOND"\n'
    )
    environment = {"FIRST": "wrong-one-here", "SECOND": "right-one-here"}
    with endpoint(only_with("authorization", "Bearer right-one-here")) as served:
        configure(tmp_path, served, blocks)
        ended = cli(*RUN, "--auth", "second", cwd=tmp_path, env=environment)
    assert ended.code == 0, ended.out


def test_a_signed_assertion_fetches_one_token_for_the_whole_run(tmp_path, cli) -> None:
    key = private_key(tmp_path)

    def tokens(_: Asked) -> Answer:
        return Answer(200, {"access_token": "t0ken-value", "expires_in": "599"})

    with (
        miniature(tokens) as issuer,
        endpoint(only_with("authorization", "Bearer t0ken-value")) as served,
    ):
        configure(
            tmp_path,
            served,
            f'[auth]\nscheme = "client-credentials"\ntoken-url = "{issuer.base_url}/token"\n'
            f'client-id = "me"\nprivate-key = "file:{key}"\nkey-id = "k1"',
        )
        ended = cli(*RUN, cwd=tmp_path)
    assert ended.code == 0, ended.out
    assert len(issuer.asked) == 1
    assert b"client_assertion=" in issuer.asked[0].body


def test_a_token_that_is_refused_is_a_set_up_fault_and_no_failure(tmp_path, cli) -> None:
    key = private_key(tmp_path)

    def refused(_: Asked) -> Answer:
        return Answer(401, {"error": "invalid_client"})

    with miniature(refused) as issuer, endpoint() as served:
        configure(
            tmp_path,
            served,
            f'[auth]\nscheme = "client-credentials"\ntoken-url = "{issuer.base_url}/token"\n'
            f'client-id = "me"\nprivate-key = "file:{key}"\nkey-id = "k1"',
        )
        checked = cli("check", "mini", "--fixture", "patient=known", *BASE, cwd=tmp_path)
        ended = cli(*RUN, cwd=tmp_path)
    assert (checked.code, ended.code) == (3, 3)
    assert "token-refused" in checked.out
    assert served.asked == []


def private_key(folder: Path) -> Path:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = folder / "signing.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path
