"""PubMed's XML. Elements as documented by the NLM (https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from metaethno.formats import clean
from metaethno.formats.model import Parsed, Reader, Record, Source
from metaethno.formats.xml_records import every, first, is_xml, parse, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MARK: Final = re.compile(r"<Pubmed(?:Article|BookArticle)>")
# What a record says about another one: the publication status, and whether the reference is to what it is about.
_STATUS: Final = (
    ("RetractionOf", "retraction notice", True),
    ("ExpressionOfConcernFor", "expression of concern", True),
    ("ErratumFor", "erratum", True),
    ("RetractionIn", "retracted", False),
    ("ErratumIn", "corrected", False),
)
# A title that PubMed has translated stands in brackets: "[Wards at night]." Brackets of its own stay.
_TRANSLATED: Final = re.compile(r"\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\](\.?)")
_PRINTED: Final = {"aheadofprint": "early view", "ppublish": "print", "epublish": "print"}


def _recognise(source: Source) -> bool:
    return is_xml(source) and _MARK.search(source.head) is not None


def _parse(source: Source) -> Parsed:
    return parse(source, "PubMed XML", ("PubmedArticle", "PubmedBookArticle"), _to_record)


def _to_record(record: Element) -> Record:
    book = record.tag == "PubmedBookArticle"
    citation = record.find("BookDocument" if book else "MedlineCitation")
    if citation is None:
        return {}
    article = citation if book else citation.find("Article")
    if article is None:
        article = citation
    names, groups = _authors(article)
    pmid = clean.digits(first(citation, "PMID"))
    # The references of an article have identifiers, too: only those of the article itself count.
    own = record.findall("PubmedData/ArticleIdList/ArticleId")
    own += record.findall("PubmedBookData/ArticleIdList/ArticleId") + article.findall("ArticleIdList/ArticleId")
    ids = {kind: [text_of(e) for e in own if e.get("IdType") == kind] for kind in ("doi", "pmc", "pii")}
    located = [text_of(e) for e in article.iterfind("ELocationID") if e.get("EIdType") == "doi"]
    status, of = _status(record, citation)
    found: Record = {
        "accession": pmid,
        "title": _title(first(article, "ArticleTitle", "VernacularTitle", "Book/BookTitle")),
        "authors": names,
        "group_authors": groups,
        "year": clean.year(
            *every(article, "Journal/JournalIssue/PubDate/Year", "Journal/JournalIssue/PubDate/MedlineDate",
                   "Book/PubDate/Year", "ArticleDate/Year", "ContributionDate/Year"),
            *every(record, "PubmedData/History/PubMedPubDate/Year"),
        ),
        "container": clean.one_line(
            first(article, "Journal/Title", "Journal/ISOAbbreviation", "Book/BookTitle")
            or first(citation, "MedlineJournalInfo/MedlineTA")
        ),
        "volume": clean.one_line(first(article, "Journal/JournalIssue/Volume", "Book/Volume")),
        "issue": clean.issue(first(article, "Journal/JournalIssue/Issue")),
        "pages": _pages(article) or next((clean.one_line(v) for v in ids["pii"] if re.fullmatch(r"e?\d{1,9}", v)), ""),
        "doi": clean.doi(*located, *ids["doi"]),
        "pmid": pmid,
        "issn": clean.issn(*every(article, "Journal/ISSN"), *every(citation, "MedlineJournalInfo/ISSNLinking")),
        "isbn": clean.isbn(*every(article, "Book/Isbn")),
        "language": clean.joined(every(article, "Language")),
        "pub_type": clean.joined(every(article, "PublicationTypeList/PublicationType", "PublicationType")),
        "keywords": clean.joined(
            every(citation, "KeywordList/Keyword", "MeshHeadingList/MeshHeading/DescriptorName")
        ),
        "abstract": clean.paragraphs("\n".join(_labelled(e) for e in article.iterfind("Abstract/AbstractText"))),
        "status": status,
        "status_of": of,
    }  # fmt: skip
    numbers = [f"PubMed:{pmid}"] if pmid else []
    numbers += [f"PMC:{value.strip()}" for value in ids["pmc"] if value.strip()]
    found["accessions"] = clean.joined(numbers)
    return found


def _title(text: str) -> str:
    title = clean.title(text)
    found = _TRANSLATED.fullmatch(title[:5000]) if title.startswith("[") else None
    return found[1] + found[2] if found else title


def _authors(article: Element) -> tuple[str, str]:
    """Return authors and groups. Those of a whole book stand with the book; where it has none, its editors do."""
    names, groups = [], []
    lists = [e for e in article.iterfind("AuthorList") if e.get("Type") != "editors"]
    if not lists:
        of_book = article.findall("Book/AuthorList")
        lists = [e for e in of_book if e.get("Type") != "editors"]
        if not lists and first(article, "ArticleTitle") == "":
            lists = of_book
    for element in (author for authors in lists for author in authors.iterfind("Author")):
        group = clean.one_line(first(element, "CollectiveName"))
        if group:
            names.append(group)
            groups.append(group)
            continue
        family, given = (
            clean.one_line(first(element, "LastName")),
            clean.one_line(first(element, "ForeName", "Initials")),
        )
        suffix = clean.one_line(first(element, "Suffix"))
        names.append(", ".join(part for part in (family, f"{given} {suffix}".strip()) if part))
    return clean.joined(names), clean.joined(groups)


def _pages(article: Element) -> str:
    whole = first(article, "Pagination/MedlinePgn", "Book/Pagination/MedlinePgn")
    return clean.pages(whole) or clean.pages(
        first(article, "Pagination/StartPage"), first(article, "Pagination/EndPage")
    )


def _labelled(element: Element) -> str:
    label, text = element.get("Label", ""), clean.one_line(text_of(element))
    return f"{label}: {text}" if label and label != "UNLABELLED" else text


def _status(record: Element, citation: Element) -> tuple[str, str]:
    notices = citation.findall("CommentsCorrectionsList/CommentsCorrections")
    for kind, status, about in _STATUS:
        for notice in notices:
            if notice.get("RefType") == kind:
                said = clean.one_line(first(notice, "PMID", "RefSource"))
                return status, said if about else ""
    return _PRINTED.get(first(record, "PubmedData/PublicationStatus").strip(), ""), ""


READER: Final = Reader(
    "PubMed XML (.xml)",
    _recognise,
    _parse,
    looks=re.compile(r"<(?:PubmedArticleSet|MedlineCitation|ArticleTitle)"),
    about="PubMed's XML, as its programming interface (E-utilities) and older versions of the site give it",
)
