"""Every record keeps the bytes it came from; packed files; large files in parts; bombs and other hostile files."""

from __future__ import annotations

import gzip
import io
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno.errors import UserError
from metaethno.formats import batches, decode, read, read_bytes, reading, unpack

ONE = "TY  - JOUR\nAU  - Ålund, Per\nTI  - Ward “A”\nPY  - 2001\nER  - \n\n"
TWO = "TY  - JOUR\nAU  - Birch, Tom\nTI  - Sitting still\nPY  - 2002\nER  - \n\n"


def pieces(data: bytes) -> list[bytes]:
    records = read_bytes(data, "x").records
    return [data[a:b] for a, b in zip(records["byte_start"], records["byte_end"], strict=True)]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\r\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32"])
def test_each_record_knows_its_bytes(end: str, encoding: str) -> None:
    one, two = ONE.replace("\n", end), TWO.replace("\n", end)
    if encoding == "utf-16-le":
        one = one.replace("Ålund, Per", "Alund, Per")
    data = ("Provider: none" + end + one + two).encode(encoding)
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(encoding, encoding)
    assert pieces(data) == [one.encode(plain), two.encode(plain)]


def test_bytes_of_records_behind_letters_outside_the_basic_plane_in_utf_16() -> None:
    one = ONE.replace("Ward", "Ward 𝔄𝔅")
    assert pieces((one + TWO).encode("utf-16")) == [one.encode("utf-16-le"), TWO.encode("utf-16-le")]


@pytest.mark.parametrize("joint", ["", "\ufeff"])
def test_bytes_of_files_put_together_without_a_line_end(joint: str) -> None:
    one = ONE.rstrip("\n")
    assert pieces((one + joint + TWO).encode()) == [one.encode(), (joint + TWO).encode()]


LINES = st.lists(
    st.sampled_from(["TI  - Å\u030a", "KW  - a\x07b", "\ufeff", "  x\x0b", "N1  - 𝔄", "\u0085"]), max_size=4
)
MADE = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r", "\r\n", "\r\r\n"])), min_size=1, max_size=4)


@settings(deadline=None, max_examples=60)
@given(MADE)
def test_the_bytes_of_a_record_read_alone_give_the_same_record(made: list[tuple[list[str], str]]) -> None:
    data = b""
    for number, (lines, end) in enumerate(made):
        data += (end.join([f"TY  - JOUR{end}T1  - Number {number}", *lines, "ER  - "]) + end).encode()
    records = read_bytes(data, "x").records
    assert len(records) == len(made)
    fields = [name for name in records if name not in ("place", "byte_start", "byte_end")]
    for row in records.to_dict("records"):
        (alone,) = read_bytes(data[row["byte_start"] : row["byte_end"]], "x").records.to_dict("records")
        assert {name: row[name] for name in fields} == {name: alone[name] for name in fields}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_gzip() -> None:
    records = read_bytes(gzip.compress((ONE + TWO).encode()), "x.ris.gz").records
    assert list(records["title"]) == ["Ward “A”", "Sitting still"]
    assert list(records["byte_start"]) == [0, len(ONE.encode())]  # in the unpacked file


def test_zip_of_several_exports_by_name() -> None:
    export = read_bytes(zipped({"b.ris": TWO.encode(), "a.ris": ONE.encode(), "__MACOSX/._a": b"\0\1"}), "x.zip")
    assert list(export.records["part"]) == ["a.ris", "b.ris"]
    assert list(export.records["place"]) == [1, 2]
    assert list(export.records["byte_start"]) == [0, 0]
    assert (export.format, export.starts) == ("RIS", 2)


def test_each_kind_in_an_archive_is_told() -> None:
    nbib = b"PMID- 1\nTI  - A ward\nDP  - 2001\n"
    export = read_bytes(zipped({"a.ris": ONE.encode(), "b.nbib": nbib}), "x.zip")
    assert export.format == "RIS and MEDLINE (.nbib)"
    assert "RIS: what most databases" in export.about
    assert "PubMed's own format" in export.about


def test_a_bad_file_in_an_archive_is_named() -> None:
    with pytest.raises(UserError, match=r"x\.zip:b\.txt"):
        read_bytes(zipped({"a.ris": ONE.encode(), "b.txt": b"Dear colleague"}), "x.zip")


def refused(data: bytes) -> tuple[str, str]:
    with pytest.raises(UserError) as caught:
        read_bytes(data, "x")
    return caught.value.problems[0].code, str(caught.value)


def locked() -> bytes:
    data = bytearray(zipped({"a.ris": ONE.encode()}))
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag of the directory
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (zipped({"../a.ris": ONE.encode()}), "ME0218", "leads out"),
        (zipped({"/etc/a.ris": ONE.encode()}), "ME0218", "leads out"),
        (zipped({"C:\\a.ris": ONE.encode()}), "ME0218", "leads out"),
        (zipped({"a.zip": zipped({"a.ris": ONE.encode()})}), "ME0202", "inside an archive"),
        (gzip.compress(gzip.compress(ONE.encode())), "ME0202", "inside an archive"),
        (gzip.compress(ONE.encode() * 50)[:-20], "ME0202", "breaks off"),
        (zipped({"a.ris": ONE.encode()})[:-30], "ME0202", "broke off"),
        (zipped({}), "ME0202", "empty"),
        (zipped({"a/": b""}), "ME0202", "no file"),
        (locked(), "ME0202", "password"),
    ],
    ids=["dots", "root", "drive", "zip in zip", "gzip in gzip", "cut gzip", "cut zip", "empty", "folder", "locked"],
)
def test_odd_archives_are_refused(data: bytes, code: str, words: str) -> None:
    found, said = refused(data)
    assert found == code
    assert words in said


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped({"a.ris": data})], ids=["gzip", "zip"])
def test_a_bomb_is_not_unpacked(pack, monkeypatch) -> None:
    monkeypatch.setattr(unpack, "_FREE", 1024 * 1024)
    asked = 0
    real = unpack.Bounded.read

    def counting(self, size=-1, /):
        nonlocal asked
        data = real(self, size)
        asked += len(data)
        return data

    monkeypatch.setattr(unpack.Bounded, "read", counting)
    data = pack(ONE.encode() + b" " * 20_000_000)
    found, said = refused(data)
    assert (found, "far more than its size" in said) == ("ME0218", True)
    assert asked < 3_000_000


def test_a_file_in_parts_reads_as_in_one(monkeypatch, tmp_path: Path) -> None:
    text = "".join(
        (ONE if n % 3 else TWO.replace("ER  - ", ""))
        .replace("Ward", f"Ward {n}")
        .replace("2001", "none" if n == 7 else "2001")
        for n in range(60)
    )
    path = tmp_path / "x.ris"
    path.write_bytes(text.encode())
    whole = read(path)
    monkeypatch.setattr(reading, "HEAD", 300)
    monkeypatch.setattr(reading, "PART", 500)
    in_parts = read(path)
    assert len(list(batches(path))) > 5
    assert in_parts.records.equals(whole.records)
    assert in_parts.problems == whole.problems
    assert (in_parts.format, in_parts.starts, len(whole.records)) == (whole.format, whole.starts, 60)


def test_a_lost_start_is_named_by_its_line_in_the_whole_file(monkeypatch) -> None:
    monkeypatch.setattr(reading, "HEAD", 200)
    monkeypatch.setattr(reading, "PART", 200)
    with pytest.raises(UserError) as caught:
        read_bytes((ONE * 20 + TWO.replace("TY  -", "TY -") + ONE * 20).encode(), "x")
    assert 121 in [problem.line for problem in caught.value.problems]


def test_a_file_in_which_no_second_record_starts_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(reading, "_LARGEST_RECORD", 1_000_000)
    monkeypatch.setattr(reading, "PART", 100_000)
    assert refused(b"TY  - JOUR\nTI  - A\nAB  - " + b"x" * 1_500_000)[0] == "ME0218"


def test_nul_bytes_are_left_out_and_named() -> None:
    data = (ONE * 400 + TWO.replace("still", "st\0ill")).encode()
    export = read_bytes(data, "x")
    assert export.records["title"].iloc[-1] == "Sitting still"
    assert [(p.code, p.line) for p in export.problems] == [("ME0217", 2403)]


def test_letters_that_nfc_leaves_alone() -> None:
    """What is taken to be composed without a look is so, alone and behind other letters."""
    alone = [
        chr(n)
        for n in range(0x80, 0x30000)
        if not 0xD800 <= n < 0xE000 and not decode._may_compose(chr(n).encode() + b"  ")
    ]
    assert {"é", "–", "’", "α", "≥", "ж"} <= set(alone)
    assert not {"\u0301", "\u2126", "\uac00"} & set(alone)
    for letter in alone:
        text = f"a{letter}e{letter}\u03b1{letter}\u0438{letter}"
        assert unicodedata.is_normalized("NFC", text), hex(ord(letter))
        assert not unicodedata.combining(letter), hex(ord(letter))


def archive(**files: str) -> bytes:
    return zipped({f"{name}.ris": text.encode() for name, text in files.items()})


def test_what_is_wrong_in_an_archive_is_said_of_the_file_in_which_it_is() -> None:
    with pytest.raises(UserError) as caught:
        read_bytes(archive(a=ONE + "\nTY - JOUR\nTI - Lost\nER - \n", b=TWO), "x.zip")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("x.zip:a.ris", 8)
    assert problem.message.startswith("2 records seem to start in this file, but 1 can be read")

    warnings = read_bytes(archive(a=ONE + "TY  - JOUR\nN1  - x\nER  - \n", b=TWO.replace("ER  - \n", "")), "x.zip")
    assert [(p.code, p.file, p.line) for p in warnings.problems] == [
        ("ME0212", "x.zip:b.ris", 1),
        ("ME0211", "x.zip:a.ris", 7),
    ]


def test_many_small_bombs_in_an_archive_are_refused_as_one() -> None:
    record = ONE.replace("ER  - ", f"AB  - {'word ' * 200_000}\nER  - ")
    data = archive(**{f"part{number}": record * 10 for number in range(8)})
    with pytest.raises(UserError) as caught:
        read_bytes(data, "x.zip")
    assert [problem.code for problem in caught.value.problems] == ["ME0218"]


def test_a_sheet_of_libreoffice_is_named_and_what_to_save_it_as() -> None:
    data = zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, zipfile.ZIP_STORED)
    with pytest.raises(UserError) as caught:
        read_bytes(data, "x.ods")
    assert "ME0202 x.ods: This is an OpenDocument sheet" in str(caught.value)
    assert ".xlsx" in str(caught.value)
