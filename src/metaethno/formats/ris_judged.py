"""What `ris_fields.judged` and `flavour_of` say of many tidy records at once, as columns.

Where nothing but the text of a value counts, each that differs is looked at once, by the functions of `ris_fields`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from metaethno.formats import clean
from metaethno.formats.columns import (
    PLAIN_DOI,
    column,
    either,
    extracted,
    filled,
    holding,
    letters,
    mapped,
    matches,
    replaced,
    together,
    together_bytes,
)
from metaethno.formats.ris_fields import (
    JUDGED_TAGS,
    NUMBERED,
    WHOSE,
    accessions,
    doi,
    follows_number,
    number_in,
    pages,
    pmid,
    pub_type,
    url,
)
from metaethno.formats.tidy import SPACE, Tidy

if TYPE_CHECKING:
    import numpy as np

    from metaethno.formats.columns import Column, Columns

    Array = np.ndarray[Any, Any]

PARTER: Final = "\x1f"
"""Stands in no text."""
_YEAR: Final = "^(?:1[4-9]|20)[0-9]{2}$"
_NUMBER: Final = "^[0-9]+$"
_MANAGER_DATE: Final = r"^\p{Nd}{4}/\p{Nd}{0,2}/\p{Nd}{0,2}/"
_PUBMED_LINK: Final = r"(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/)\p{Nd}{4,9}"
_WOS: Final = "^(?:WOS|MEDLINE|BCI|CCC|KJD):"
_RESOLVER: Final = r"^(?:https?://(?:dx\.)?doi\.org/)"
_ONE_LINK: Final = rf"^[^{SPACE}]*://[^{SPACE}]*$"
_NOTED: Final = ("N1", "NT", "FX")
_ASCII: Final = "^[!-~]*$"
_PUBMED_IN_LINK: Final = _PUBMED_LINK.replace(r"\p{Nd}{4,9}", "(?P<found>[0-9]{4,9})")
_NUMBER_IN_LINK: Final = {
    "Scopus": r"\b(?P<found>2-s2\.0-[0-9]+)",
    "JSTOR": r"jstor\.org/stable/(?:10\.2307/)?(?P<found>\w+)",
    "ProQuest": r"proquest\.com/(?:\w+/)?docview/(?P<found>[0-9]+)",
    "PubMed": _PUBMED_IN_LINK,
}
_ANY_NUMBER: Final = (
    r"(?i)(?:embase\.com/\S*?[?&]id=|ebsco\w*\.com/\S*?[?&]AN=|ovid\.com/\S*?[?&]AN=)(?P<found>[\w.:-]+)"
)
_PROVIDERS: Final = ("John Wiley", "JSTOR", "American Psychological")
_IN_NOTE: Final = r"(?m)^(?P<found>L\p{Nd}{6,})$"
_EBSCO_NOTE: Final = rf"Accession Number: *(?P<found>[^{SPACE};]+)"
_PMC: Final = "^PMC[0-9]{4,9}$"
_PAGES: Final = "^[0-9]+(?:[-–][0-9]+)?$"
_LETTERS_AND_DIGITS: Final = "^[A-Za-z0-9]+$"


def judged_columns(tidy: Tidy, before: Mapping[int, str]) -> tuple[Columns, Flavours, Array]:
    """Return fields, who wrote each record, and of which records this can't be said here (true or false for each).

    `before` is what stands before some records. What is said of the records of the third is of no worth.
    """
    seen = _Seen(tidy, before)
    flavours = seen.flavours()
    notes = seen.notes(flavours)
    accession = seen.accession(flavours, notes)
    number = seen.pmid(flavours, notes)
    return (
        {
            "accession": accession,
            "year": seen.year(),
            "pages": seen.pages(flavours),
            "doi": seen.doi(),
            "pmid": number,
            "pub_type": seen.pub_type(flavours),
            "url": seen.url(),
            "notes": notes,
            "accessions": seen.accessions(flavours, accession, number),
        },
        flavours,
        tidy.irregular(JUDGED_TAGS - {*_NOTED, "M1"}),
    )


class Flavours:
    """Who wrote each of many records: one of `names`; the first, "", stands for those of whom it is not known."""

    def __init__(self, names: list[str], codes: Array) -> None:
        self._names, self._codes = names, codes

    def __getitem__(self, place: int) -> str:
        name: str = self._names[self._codes[place]]
        return name

    def put(self, place: int, name: str) -> None:
        """Correct one."""
        if name not in self._names:
            self._names.append(name)
        self._codes[place] = self._names.index(name)

    def of(self, *names: str) -> Array:
        """Say of each record whether one of these wrote it."""
        import numpy as np

        asked = np.array([name in names for name in self._names])
        found: Array = asked[self._codes]
        return found

    def named(self, nobody: str) -> Column:
        """Return the names as a column, with this one for the first."""
        return column([nobody, *self._names[1:]]).take(self._codes)

    def counted(self) -> Counter[str]:
        """Return how many records each wrote."""
        import numpy as np

        counts = np.bincount(self._codes, minlength=len(self._names)).tolist()
        return Counter({name: count for name, count in zip(self._names, counts, strict=True) if count})


class _Seen:
    """The tags of tidy records; each method returns what the function of `ris_fields` of that name does."""

    def __init__(self, tidy: Tidy, before: Mapping[int, str]) -> None:
        self._tidy, self._before = tidy, before
        self._texts: dict[str, Column] = {}
        self._together: dict[str, bytes] = {}

    def _text(self, tag: str) -> Column:
        if tag not in self._texts:
            self._texts[tag] = self._tidy.first(tag)
        return self._texts[tag]

    def _bytes(self, tag: str) -> bytes:
        if tag not in self._together:
            self._together[tag] = together_bytes(self._text(tag))
        return self._together[tag]

    def _has(self, *tags: str) -> Array:
        found = self._tidy.have(tags[:1])
        for tag in tags[1:]:
            found &= self._tidy.have((tag,))
        return found

    def _holds(self, tag: str, *words: str) -> Array:
        found = self._tidy.have(())
        if tag in self._tidy:
            # Of most words there is none in all of the texts together, and that is seen at once.
            everything = self._bytes(tag)
            for word in words:
                if word.encode() in everything:
                    found |= holding(self._text(tag), word)
        return found

    def _fits(self, tag: str, pattern: str, held: str = "") -> Array:
        """Say of each record whether a tag matches; every text that does holds the words `held`."""
        if tag not in self._tidy or (held and held.encode() not in self._bytes(tag)):
            return self._tidy.have(())
        return matches(self._text(tag), pattern)

    def _asked(self, which: Array, names: set[str], read: Callable[[dict[str, list[str]], int], str]) -> Column:
        """Return what is read of the tags of some records, one by one; `read` is also given the place."""
        import numpy as np

        places = np.flatnonzero(which).tolist()
        return column([read(tags, at) for at, tags in zip(places, self._tidy.tags(which, names), strict=True)])

    def flavours(self) -> Flavours:
        import numpy as np

        provided = {name: self._tidy.have(()) for name in _PROVIDERS}
        numbered = self._tidy.have(())
        for place, text in self._before.items():
            said = text.partition("Provider: ")[2]
            for name in _PROVIDERS if said else ():
                provided[name][place] = said.startswith(name)
            numbered[place] = follows_number(text)
        link = "UR"
        based = filled(self._text("DB")) if "DB" in self._tidy else self._tidy.have(())
        ovid = self._holds(link, "ovid.com") | self._holds("L2", "ovid.com") | self._has("DB", "ID", "PT") | numbered
        owners, links = self._tidy.links()
        if len(owners):
            ovid[owners[holding(links, "ovid.com")]] = True
        rayyan = self._fits("ID", "^rayyan-")
        if "N1" in self._tidy:
            noted, whose = self._tidy.gathered("N1")
            rayyan[whose[holding(noted, "RAYYAN-")]] = True
        dated = self._has("ID") & self._fits("Y1", _MANAGER_DATE)
        known = {
            "Covidence": self._has("NS", "PG"),
            "Web of Science": self._has("WE") | self._fits("AN", _WOS),
            "Embase.com": self._has("U2") & (self._has("LK") | self._holds(link, "embase.com")),
            "Scopus": self._fits("DB", "^Scopus$") | self._holds(link, "scopus.com/"),
            "EBSCO": self._holds("DP", "EBSCO") | (based & self._holds(link, "ebscohost")),
            "Cochrane": self._fits("AN", "^CN-") | provided["John Wiley"],
            "ProQuest": self._holds(link, "proquest.com") | self._holds("DP", "ProQuest"),
            "JSTOR": self._holds(link, "jstor.org") | provided["JSTOR"],
            "APA PsycNet": self._holds(link, "psycnet.apa.org") | provided["American Psychological"],
            "Rayyan": rayyan,
            "EPPI-Reviewer": self._holds("U1", "EPPI") | self._holds("N1", "EPPI-Reviewer"),
            "Citavi": self._fits("M4", "^Citavi$"),
            "RefWorks or Reference Manager": self._fits("RP", "(?i)file"),
            "Ovid": ovid,
            "EndNote": self._has("ST", "ID"),
            "Zotero": self._holds("DP", "Zotero") | self._fits("DA", _MANAGER_DATE),
            "Mendeley": dated,
            "PubMed": self._fits("DB", "^(?:PubMed|PMC)$") | self._fits(link, _PUBMED_LINK, "ncbi.nlm.nih.gov/"),
        }
        codes = np.zeros(len(self._tidy), dtype=np.int8)
        for code, fit in reversed(list(enumerate(known.values(), 1))):  # the first that fits is the last to be put
            codes[fit] = code
        return Flavours(["", *known], codes)

    def notes(self, flavours: Flavours) -> Column:
        noted = self._tidy.gathered(*_NOTED, cleaned=clean.paragraphs)
        if "M1" in self._tidy and flavours.of("").any():
            texts, owners = self._tidy.gathered("M1", cleaned=clean.paragraphs)
            keep = flavours.of("")[owners]
            noted = together(noted, (texts.filter(keep), owners[keep]))
        return self._tidy.filled_lines_of(noted)

    def accession(self, flavours: Flavours, notes: Column) -> Column:
        import numpy as np

        stated = self._tidy.first("AN", "U2", cleaned=clean.one_line)
        known = self._tidy.have(("AN", "U2"), filled=True)
        theirs = ~known & flavours.of(*NUMBERED) & self._tidy.have(("ID",), filled=True)
        if theirs.any():
            stated = replaced(stated, theirs, self._tidy.first("ID", cleaned=clean.one_line).filter(theirs))
            known |= theirs
        first = known & flavours.of("ProQuest")
        stated = replaced(stated, first, lambda number: number.partition(";")[0].strip())
        rest = ~known
        if not rest.any():
            return stated
        if not self._tidy.lacks(*_NOTED, "M1"):
            stated, told = _told(stated, rest & flavours.of("EBSCO"), notes, _EBSCO_NOTE)
            rest &= ~told
            stated, told = _told(stated, rest & matches(notes, _IN_NOTE), notes, _IN_NOTE)
            rest &= ~told
        if not rest.any():
            return stated
        links = self._text("UR")
        rest &= holding(links, "=") | flavours.of(*_NUMBER_IN_LINK) | (self._tidy.count("UR") > 1)
        rest |= ~filled(stated) & ~known & self._tidy.linked()
        alone = rest & (self._tidy.count("UR") == 1) & ~self._tidy.linked() & matches(links, _ASCII)
        for flavour, pattern in _NUMBER_IN_LINK.items():
            which = alone & flavours.of(flavour)
            if not which.any():
                continue
            alone &= ~which
            rest &= ~which
            stated = replaced(stated, which, extracted(links.filter(which), pattern))
        rest &= ~alone
        stated = replaced(stated, alone, extracted(links.filter(alone), _ANY_NUMBER))
        if not rest.any():
            return stated
        noted = dict(zip(np.flatnonzero(rest).tolist(), notes.filter(rest).to_pylist(), strict=True))

        def look(tags: dict[str, list[str]], at: int) -> str:
            return number_in(flavours[at], noted[at], tags.get("UR", []) + tags.get("_link", []))

        return replaced(stated, rest, self._asked(rest, {"UR", "_link"}, look))

    def year(self) -> Column:
        stated = self._text("PY")
        rest = ~matches(stated, _YEAR)
        if not rest.any():
            return stated
        texts = self._tidy.lines_of(self._tidy.gathered("PY", "Y1", "DA"), PARTER)
        return replaced(stated, rest, mapped(texts.filter(rest), lambda text: clean.year(*text.split(PARTER))))

    def pages(self, flavours: Flavours) -> Column:
        import pyarrow as pa
        import pyarrow.compute as pc

        first, last = self._tidy.first("SP", "PG"), self._text("EP")
        both = matches(first, _NUMBER) & matches(last, _NUMBER)
        ebsco = flavours.of("EBSCO")
        both &= ~(ebsco & matches(first, "^0"))
        found = pc.if_else(pc.equal(first, last), first, pc.binary_join_element_wise(first, last, letters("-")))
        if both.all():
            return found
        number = self._tidy.first("C7", "AR")
        alone = ~filled(last)
        whole, none = alone & matches(first, _PAGES), alone & ~filled(first)
        none &= ~filled(number) | matches(number, _LETTERS_AND_DIGITS)
        found = pc.if_else(both, found, pc.if_else(whole, first, number))
        rest = ~(both | whole | none)
        if not rest.any():
            return found
        parts = (first, last, number, pc.if_else(pa.array(ebsco), letters("1"), letters("")))
        texts = pc.binary_join_element_wise(*(part.filter(rest) for part in parts), letters(PARTER))
        return replaced(found, rest, mapped(texts, _pages))

    def doi(self) -> Column:
        import numpy as np
        import pyarrow.compute as pc

        found = self._tidy.nothing
        open_, done = ~self._has("DI"), np.zeros(len(self._tidy), dtype=bool)
        for tag in ("DO", "L3"):
            if tag not in self._tidy:
                continue
            texts = pc.replace_substring_regex(self._text(tag), _RESOLVER, "")
            plain = open_ & ~done & (self._tidy.count(tag) == 1) & matches(texts, PLAIN_DOI)
            found = pc.if_else(plain, pc.ascii_lower(texts), found)
            done |= plain
            open_ &= ~self._tidy.have((tag,), filled=True)
        rest = ~done & (self._tidy.have(("DO", "DI", "L1", "L2", "L3", "M3"), filled=True) | self._linked_doi())
        names = {"DO", "DI", "L1", "L2", "L3", "M3", "UR"}
        return replaced(found, rest, self._asked(rest, names, lambda tags, _: doi(tags)))

    def _linked_doi(self) -> Array:
        texts, owners = self._tidy.gathered("UR")
        found = self._tidy.have(())
        found[owners[matches(texts, r"(?i)doi\.org")]] = True
        return found

    def pmid(self, flavours: Flavours, notes: Column) -> Column:
        import numpy as np

        found, rest = self._tidy.nothing, self._tidy.have(())
        embase = flavours.of("Embase.com")
        if embase.any():
            embase &= filled(self._text("C5"))
            found = replaced(found, embase, _digits(self._text("C5").filter(embase)))
        cochrane = flavours.of("Cochrane")
        if cochrane.any():
            cochrane &= holding(self._text("C3"), "PUBMED ")
            found = replaced(found, cochrane, extracted(self._text("C3").filter(cochrane), "PUBMED (?P<found>[0-9]+)"))
            rest |= cochrane & ~filled(found)
        pubmed = flavours.of("PubMed")
        if pubmed.any():
            linked = pubmed & matches(self._text("UR"), _PUBMED_IN_LINK)
            found = replaced(found, linked, extracted(self._text("UR").filter(linked), _PUBMED_IN_LINK))
            rest |= pubmed & ~linked
        scopus = flavours.of("Scopus")
        if scopus.any():
            sure = scopus & matches(self._text("C2"), "^[0-9]+$") & (self._tidy.count("C2") == 1)
            found = replaced(found, sure, self._text("C2").filter(sure))
            rest |= scopus & self._has("C2") & ~sure
        ovid = flavours.of("Ovid")
        medline = ovid & self._fits("DB", "(?i)medline")
        if medline.any():
            found = replaced(found, medline, _digits(self._text("ID").filter(medline)))
        ebsco = flavours.of("EBSCO")
        if ebsco.any():
            rest |= ebsco & holding(notes, "PMID:")
        others = ~(embase | cochrane | scopus | pubmed | ovid | ebsco)
        rest |= (others | (ovid & ~medline)) & self._has("PM")
        if not rest.any():
            return found
        noted = dict(zip(np.flatnonzero(rest).tolist(), notes.filter(rest).to_pylist(), strict=True))
        names = {"C5", "C3", "C2", "UR", "AN", "ID", "DB", "PM"}
        return replaced(found, rest, self._asked(rest, names, lambda tags, at: pmid(tags, flavours[at], noted[at])))

    def pub_type(self, flavours: Flavours) -> Column:
        import pyarrow as pa
        import pyarrow.compute as pc

        ovid = pc.if_else(pa.array(flavours.of("Ovid")), letters("1"), letters(""))
        parts = (self._text("M3"), self._text("PT"), self._text("TY"), ovid)
        return mapped(pc.binary_join_element_wise(*parts, letters(PARTER)), _pub_type)

    def url(self) -> Column:
        import numpy as np
        import pyarrow.compute as pc

        owners, links = self._tidy.links()
        behind = replaced(self._tidy.nothing, _at(owners, len(self._tidy)), links)
        done, open_ = np.zeros(len(self._tidy), dtype=bool), np.ones(len(self._tidy), dtype=bool)
        found = self._tidy.nothing
        for texts in (self._text("UR"), behind, self._text("L2"), self._text("LK")):
            one = open_ & matches(texts, _ONE_LINK)
            found = pc.if_else(one, texts, found)
            done |= one
            open_ &= ~filled(texts)
        found = pc.replace_substring(found, "&amp;", "&")
        rest = ~done & (self._tidy.have(("UR", "L2", "LK"), filled=True) | self._tidy.linked())
        names = {"UR", "_link", "L2", "LK"}
        return replaced(found, rest, self._asked(rest, names, lambda tags, _: url(tags)))

    def accessions(self, flavours: Flavours, accession: Column, number: Column) -> Column:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        some = filled(accession) | filled(number) | self._has("C2")
        bases = mapped(self._text("DB"), lambda base: clean.one_line(base).partition("<")[0].strip())
        if not some.any():
            return self._tidy.nothing
        proquest = flavours.of("ProQuest") & self._holds("AN", ";")
        odd = proquest | holding(accession, "&") | holding(bases, "&")
        for tag in ("C2", "PM", "N1"):
            odd |= self._holds(tag, "PMC")
        forms = [matches(accession, form) for form, _ in WHOSE]
        sources = column(np.select(forms, [source for _, source in WHOSE], "").tolist())
        sources = either(sources, bases, flavours.named("export"))
        own = pc.if_else(matches(accession, "^[A-Z]{3,7}:"), accession, _put(sources, accession))
        theirs = _put(pc.if_else(pa.array(filled(number)), letters("PubMed"), letters("")), number)
        own = pc.if_else(filled(accession), own, letters(""))
        theirs = pc.if_else(filled(number), theirs, letters(""))
        both = filled(own) & filled(theirs) & pc.not_equal(own, theirs).to_numpy(zero_copy_only=False)
        found = pc.if_else(both, pc.binary_join_element_wise(own, theirs, letters("; ")), either(own, theirs))
        sure = matches(self._text("C2"), _PMC) & ~proquest & ~holding(accession, "&") & ~holding(bases, "&")
        if sure.any():
            pmc = pc.binary_join_element_wise(letters("PMC"), self._text("C2"), letters(":"))
            sure &= pc.not_equal(own, pmc).to_numpy(zero_copy_only=False)
            with_pmc = pc.if_else(filled(found), pc.binary_join_element_wise(found, pmc, letters("; ")), pmc)
            found = pc.if_else(sure, with_pmc, found)
        odd &= some & ~sure
        if not odd.any():
            return found
        names = ("AN", "C2", "PM", "N1")
        told = [self._text(tag).filter(odd).to_pylist() for tag in names]
        rows = zip(*(texts.filter(odd).to_pylist() for texts in (accession, number, bases)), *told, strict=True)
        new = [
            accessions(_tags(**dict(zip(names, said, strict=True))), flavours[at], stated, pmid_, base)
            for at, (stated, pmid_, base, *said) in zip(np.flatnonzero(odd).tolist(), rows, strict=True)
        ]
        return replaced(found, odd, column(new))


def _told(stated: Column, which: Array, texts: Column, pattern: str) -> tuple[Column, Array]:
    """Put what a pattern finds in some texts in the place of nothing; also say where it was found."""
    if not which.any():
        return stated, which
    found = replaced(stated, which, extracted(texts.filter(which), pattern))
    return found, which & filled(found)


def _digits(texts: Column) -> Column:
    return replaced(texts, ~matches(texts, _NUMBER), clean.digits)


def _put(source: Column, number: Column) -> Column:
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(source, number, letters(":"))


def _at(owners: Array, count: int) -> Array:
    import numpy as np

    found = np.zeros(count, dtype=bool)
    found[owners] = True
    return found


def _tags(**stated: str) -> dict[str, list[str]]:
    return {tag: [value] for tag, value in stated.items() if value}


def _pages(parts: str) -> str:
    first, last, number, ebsco = parts.split(PARTER)
    return pages(_tags(SP=first, EP=last, C7=number), "EBSCO" if ebsco else "")


def _pub_type(parts: str) -> str:
    stated, kind, type_, ovid = parts.split(PARTER)
    return clean.word(pub_type(_tags(M3=stated, PT=kind, TY=type_), "Ovid" if ovid else ""))
