"""Quotations looked for in texts and in real files: what is allowed for, what isn't, and files that mean harm."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno import fulltext_reader, quotes
from metaethno.quotes import Pages, look, named_pages, prepare
from metaethno.quoting import in_marks

FILLER = "The ward was quiet and nobody came for a long while, so the notes were written up twice over. "
HEAD = "Journal of Nursing Tales"


def article(first: int = 119, **more: str) -> Pages:
    """Four pages with a running head and numbers from `first`; `more`: what further stands on page a, b, c or d."""
    texts = [
        "\n".join([f"{HEAD} {first + i}", "", FILLER * 2, more.get("abcd"[i], ""), FILLER * 2, "", f"{first + i}"])
        for i in range(4)
    ]
    return Pages(texts)


QUOTE = "We just get on with it, whatever they say."


@pytest.mark.parametrize(
    "written",
    [
        "We just get on with it, whatever they say.",
        "We  just\nget on with\tit, whatever they say",
        "We just get on with it, what-\never they say.",
        "“We just get on with it, whatever they say.”",
        "We just get on with it\u2014whatever they say\u2026",
        "WE JUST GET ON WITH IT, WHATEVER THEY SAY",
    ],
)
def test_marks_blanks_and_case_do_not_matter(written):
    assert look(QUOTE, "p. 120", prepare(article(b=written))).state == "found"


@pytest.mark.parametrize(
    ("quotation", "state"),
    [
        ("We just get on with it [...] they say.", "found"),
        ("We just get on ... they say.", "found"),
        ("We just [always] get on with it", "found"),
        ("[w]e just get on with it", "found"),
        ("…get on with it, whatever they say…", "found"),
        ("whatever they say [...] We just get on with it", "not_found"),  # the other way round
        ("We never get on with it, whatever they say.", "not_found"),
        ("We just get on with, whatever they say.", "not_found"),
    ],
)
def test_words_left_out_or_put_in_are_marked(quotation, state):
    assert look(quotation, "p. 120", prepare(article(b=QUOTE))).state == state


def test_ligatures_and_accents_are_letters():
    text = prepare(article(b="A diﬃcult ﬁnal naïve oﬀer that was ﬂatly refused"))
    assert look("a difficult final nai\u0308ve offer that was flatly refused", "p. 120", text).state == "found"


def test_a_page_is_known_by_label_printed_number_or_place():
    printed = prepare(article(b=QUOTE))
    assert look(QUOTE, "p. 120", printed) == quotes.Result("found", "120", "printed")
    assert look(QUOTE, "p. 2", printed) == quotes.Result("found", "120", "position")
    assert look(QUOTE, "p. 121", printed) == quotes.Result("other_page", "120")
    labelled = prepare(Pages([FILLER, QUOTE + FILLER, FILLER], ["iv", "v", "vi"]))
    assert look(QUOTE, "p. v", labelled) == quotes.Result("found", "v", "label")
    assert look(QUOTE, "p. vi", labelled).state == "other_page"
    assert look(QUOTE, "Results", printed) == quotes.Result("no_page", "120")


def test_a_quotation_on_two_pages_is_on_both_and_the_running_head_is_no_part_of_it():
    text = article(b="", c="")
    first, second = QUOTE[:20], QUOTE[20:]
    texts = list(text.texts)
    texts[1] = f"{HEAD} 120\n\n{FILLER}\n{FILLER}\n{FILLER}{first}\n120"
    texts[2] = f"{HEAD} 121\n{second}{FILLER}\n{FILLER}\n{FILLER}\n121"
    ready = prepare(Pages(texts))
    assert [look(QUOTE, f"p. {n}", ready).state for n in (119, 120, 121)] == ["other_page", "found", "found"]
    assert look(QUOTE, "pp. 120-1", ready).state == "found"


def test_of_two_places_the_named_page_counts():
    assert look(QUOTE, "p. 122", prepare(article(a=QUOTE, d=QUOTE))).state == "found"


def test_the_nearest_place_is_told_with_its_likeness():
    told = look("We just got on with it, whatever they said.", "p. 120", prepare(article(b=QUOTE)))
    assert told.state == "not_found"
    assert told.page == "120"
    assert 85 <= int(told.similarity) < 100
    assert "get on with it" in told.nearest


@pytest.mark.parametrize(
    ("locator", "pages"),
    [
        ("p. 12", ["12"]),
        ("p12", ["12"]),
        ("12", ["12"]),
        ("pp. 12-14", ["12", "13", "14"]),
        ("pp. 123–5", ["123", "124", "125"]),
        ("pp. 12, 14", ["12", "14"]),
        ("Results, p. 12 and Table 3", ["12"]),
        ("page xii", ["xii"]),
        ("p. e17", ["e17"]),
        ("Results", []),
        ("Table 3", []),
        ("", []),
        ("pp. 9-1", []),
    ],
)
def test_pages_are_read_from_locators(locator, pages):
    assert named_pages(locator) == pages


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200), st.text(max_size=20), st.lists(st.text(max_size=300), max_size=4))
def test_nothing_that_anybody_writes_stops_the_search(quotation, locator, texts):
    assert look(quotation, locator, prepare(Pages(texts))).state in quotes.STATES


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 150), st.integers(30, 200))
def test_every_stretch_of_a_text_is_found_in_it(start, length):
    words = FILLER * 3
    ready = prepare(Pages([words], paged=False))
    assert look(words[start : start + length], "", ready).state == "no_page"


# ---------------------------------------------------------------------------------------- files


@pytest.fixture(scope="module")
def pdf(tmp_path_factory) -> Path:
    """A PDF as a typesetter makes it: hyphens, ligatures, curly marks, pages numbered from 119."""
    typst = pytest.importorskip("typst")
    folder = tmp_path_factory.mktemp("pdf")
    text = FILLER.replace("quiet", "difficult and inefficient") * 12
    source = f"""
#set page(width: 8cm, height: 12cm, margin: 1.2cm, numbering: "1")
#set par(justify: true)
#set text(hyphenate: true, lang: "en", size: 11pt)
#counter(page).update(119)
{text}
#pagebreak()
Someone said: "We just get on with it, whatever the inefficient superintendents of administration say." {text}
"""
    (folder / "a.typ").write_text(source)
    typst.compile(str(folder / "a.typ"), output=str(folder / "a.pdf"))
    return folder / "a.pdf"


def test_a_real_pdf_is_read_by_pages(pdf):
    text = fulltext_reader.read(pdf)
    assert text.error == ""
    ready = prepare(Pages(text.texts, text.labels))
    wanted = "“We just get on with it, whatever the inefficient superintendents of administration say.”"
    index = next(i for i, page in enumerate(text.texts) if "Someone said" in page)
    assert look(wanted, f"p. {119 + index}", ready).state == "found"
    assert look(wanted, f"p. {119 + index + 1}", ready).state == "other_page"


def test_word_html_and_plain_text_are_read_too(tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_paragraph(FILLER)
    document.add_paragraph(QUOTE)
    document.save(str(tmp_path / "a.docx"))
    (tmp_path / "a.html").write_text(
        f"<html><style>x</style><p>{FILLER}<p>We just <b>get</b> on with it, whatever they&nbsp;say."
    )
    (tmp_path / "a.txt").write_text(f"{FILLER}\f{QUOTE} {FILLER}")
    for name, state in (("a.docx", "no_page"), ("a.html", "no_page"), ("a.txt", "found")):
        text = fulltext_reader.read(tmp_path / name)
        assert look(QUOTE, "p. 2", prepare(Pages(text.texts, text.labels, text.paged))).state == state, name


def _zip(name: str, data: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return sink.getvalue()


def _encrypted(pdf: Path) -> bytes:
    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter(clone_from=pdf)
    writer.encrypt("secret", algorithm="RC4-128")
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()


def test_files_that_are_broken_or_mean_harm_are_told_and_stop_nothing(tmp_path, pdf):
    good = pdf.read_bytes()
    cases = {
        "encrypted": (_encrypted(pdf), "password"),
        "cut": (good[:200], "damaged"),
        "junk": (b"%PDF-1.7\n" + b"\xff\x00" * 5000, "damaged"),
        "empty": (b"", ""),
        "binary": (b"\x01\x02\x00\x03" * 100, "no kind that can be read"),
        "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "old Word"),
        "no word": (_zip("a.txt", b"x"), "no Word document"),
        "entities": (_zip("word/document.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "entities"),
        "broken zip": (b"PK\x03\x04" + b"x" * 50, "damaged"),
    }
    for name, (data, said) in cases.items():
        path = tmp_path / name.replace(" ", "-")
        path.write_bytes(data)
        assert said in fulltext_reader.read(path, seconds=20).error, name


@pytest.mark.soak
def test_files_that_unpack_to_gigabytes_are_given_up(tmp_path):
    (tmp_path / "a.docx").write_bytes(_zip("word/document.xml", b" " * (fulltext_reader.MOST_LETTERS * 5 + 2)))
    assert "unpacks to more" in fulltext_reader.read(tmp_path / "a.docx").error
    packed = zlib.compress(zlib.compress(b"BT (a) Tj ET " * 40_000_000, 1), 9)
    body = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << >> >>",
        b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (len(packed), packed),
    ]
    out, places = b"%PDF-1.4\n", []
    for n, part in enumerate(body, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, part)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    out += b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start
    (tmp_path / "bomb.pdf").write_bytes(out)
    text = fulltext_reader.read(tmp_path / "bomb.pdf", seconds=3)
    assert text.error or not any(text.texts)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("keeping face", "“keeping face”"),
        ("“keeping face”", "“keeping face”"),
        (' "keeping face" ', "“keeping face”"),
        ("«se taire»", "“se taire”"),
        ("'keeping face'", "“keeping face”"),
        ("“one” and “two”", "““one” and “two””"),  # not one quotation: its own marks stay
        ("I can't, I won't", "“I can't, I won't”"),
        ("", ""),
    ],
)
def test_what_is_quoted_already_gets_no_second_marks(text, shown):
    assert in_marks(text) == shown
