"""Archives are read as they are published, and refused when they are not what they say."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance_cli.fhir.packages.archive import archive_members
from conformance_cli.fhir.packages.errors import PackageError
from conformance_cli.fhir.packages.inflate import MIB, Limits
from tests.fhir.packages.making import add, tgz

LIMITS = Limits(archive=MIB, unpacked=8 * MIB, member=2 * MIB, members=50, ratio=20, free=MIB)


def read(data: bytes, limits: Limits = LIMITS) -> dict[str, bytes]:
    members = archive_members(io.BytesIO(data), "a.tgz", limits)
    return {name: bytes(content) for name, content in members}


def archive(build: Callable[[tarfile.TarFile], None], form: int = tarfile.PAX_FORMAT) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz", format=form) as file:
        build(file)
    return made.getvalue()


def many(file: tarfile.TarFile, count: int, data: bytes = b"") -> None:
    for number in range(count):
        add(file, f"package/{number}", data)


LONG = "package/" + "long/" * 30 + "name.json"


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("name", ["package/a.json", "./package/a.json", LONG, "package/é.json"])
def test_files_of_every_tar_format_are_found_by_name(form: int, name: str) -> None:
    data = archive(lambda file: add(file, name, b"{}"), form)
    assert read(data) == {name.removeprefix("./"): b"{}"}


def test_folders_are_passed_over_and_sizes_are_exact() -> None:
    def build(file: tarfile.TarFile) -> None:
        add(file, "package", type=tarfile.DIRTYPE)
        for size in (0, 1, 511, 512, 513, 70_000):
            add(file, f"package/{size}.json", b"x" * size)

    assert {name: len(data) for name, data in read(archive(build)).items()} == {
        f"package/{size}.json": size for size in (0, 1, 511, 512, 513, 70_000)
    }


def test_several_gzip_streams_in_a_row_are_one_archive() -> None:
    plain = gzip.decompress(archive(lambda file: add(file, "package/a.json", b"{}" * 999)))
    parts = gzip.compress(plain[:700]) + gzip.compress(plain[700:])
    assert read(parts) == {"package/a.json": b"{}" * 999}


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../out.json", "package/../../out.json", "./../out.json"]
)
def test_a_member_outside_of_the_archive_is_refused(name: str) -> None:
    with pytest.raises(PackageError, match="outside"):
        read(archive(lambda file: add(file, name, b"{}")))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(kind: bytes) -> None:
    with pytest.raises(PackageError, match="link or a device"):
        read(archive(lambda file: add(file, "package/a.json", type=kind, linkname="/etc/passwd")))


def test_an_archive_that_unpacks_to_far_more_than_its_size_is_refused() -> None:
    with pytest.raises(PackageError, match="too much for its size"):
        read(archive(lambda file: many(file, 7, b"\0" * MIB)))


def test_a_member_or_a_number_of_members_beyond_the_bounds_is_refused() -> None:
    with pytest.raises(PackageError, match="larger than any package"):
        read(archive(lambda file: add(file, "a", b"\0" * 3 * MIB)), Limits(member=2 * MIB))
    with pytest.raises(PackageError, match="larger than any package"):
        read(archive(lambda file: many(file, 51)))


def whole() -> bytes:
    return archive(lambda file: add(file, "package/a.json", b"{}" * 5000))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "cut short"),
        (b"PK\3\4", "no gzip"),
        (b'{"resourceType": "Patient"}', "no gzip"),
        (gzip.compress(b"not a tar archive, but long enough " * 40), "no tar"),
        (whole()[:-30], "cut short"),
        (gzip.compress(gzip.decompress(whole())[:2000]), "cut short"),
    ],
)
def test_what_is_no_whole_archive_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(PackageError, match=why) as error:
        read(data)
    assert error.value.place == "a.tgz"
    assert error.value.remedy


def test_a_flipped_bit_is_noticed() -> None:
    data = bytearray(whole())
    data[-6] ^= 1
    with pytest.raises(PackageError, match="damaged"):
        read(bytes(data))


@pytest.mark.parametrize("size", [b"-0000000001\0", b"\x80" + b"\xff" * 11, b"99999999999\0"])
def test_a_size_that_is_none_is_refused(size: bytes) -> None:
    plain = bytearray(gzip.decompress(whole()))
    plain[124:136] = size
    with pytest.raises(PackageError):
        read(gzip.compress(bytes(plain)))


def test_padding_after_the_stream_does_no_harm() -> None:
    assert read(whole() + b"\0" * 1000) == read(whole())


def test_any_damage_leads_to_a_package_error_or_to_content(tmp_path: Path) -> None:
    """Never to anything else: a thousand archives with one byte changed."""
    data = tgz(tmp_path / "a.tgz", {"a": {"resourceType": "Patient"}}).read_bytes()
    plain = zlib.decompress(data, 31)
    for at in range(1000):
        damaged = bytearray(plain)
        damaged[at] ^= 0x55
        try:
            read(zlib.compress(bytes(damaged), 1, 31))
        except PackageError:
            continue
