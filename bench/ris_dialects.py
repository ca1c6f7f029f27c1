# ruff: noqa: E501 - a made-up record is easier to read where a line is a line
"""RIS in the dialects of databases and reference managers, beside rispy: 20,000 records of each, in this run.

    python bench/ris_dialects.py [--docs] [--records N] [--real FOLDER] [DIALECT ...]

The content is made up; tags, their order, line ends, blanks, empty tags, lines without a tag, lines between records and
the length of texts are as in real exports. `--real` takes exports instead: their records, repeated up to 20,000, made
distinct by a number in the title. Ours includes decoding, both counts, normalisation and the table; rispy only splits
records into tags. Seconds are CPU time, the median of three, both by turns in one process; the ratio is that of
the three ratios. `--docs` writes the table into docs/formats.md.
"""

from __future__ import annotations

import argparse
import gc
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

RECORDS, ROUNDS = 20_000, 3
MARKS = "<!-- dialects: made by bench/ris_dialects.py -->\n", "<!-- end of dialects -->\n"
_SOUNDS = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pru", "ra", "ste", "ti", "vo", "we", "zel")
_rng = Random(7)
WORDS = ["of", "the", "and", "in", "care", "ward", "patients", "nurse", "women", "type", "study", "chronic", "(n = 12)"]
WORDS += ["".join(_rng.choices(_SOUNDS, k=_rng.choice((2, 3, 4)))) for _ in range(3000)]
FAMILIES = ["".join(_rng.choices(_SOUNDS, k=_rng.choice((2, 3)))).title() for _ in range(2000)]
FAMILIES += ["Müller", "Ødegård", "Łukasz", "de la Peña", "Nguyễn", "O'Brien"] * 40
JOURNALS = [f"Journal of {word.title()}" for word in WORDS[20:300]] + ["Wards & Care", "Family Practice & Health"] * 20


def _text(pick: Random, words: int) -> str:
    return " ".join(pick.choices(WORDS, k=words)).capitalize()


def _names(pick: Random, form: str) -> list[str]:
    """Return some names; in `form` stand {family}, {a} and {b} (initials)."""
    return [
        form.format(family=pick.choice(FAMILIES), a=pick.choice("ABCDEFGHJKLM"), b=pick.choice("NPRSTW"))
        for _ in range(pick.choice((1, 2, 3, 4, 4, 5, 6, 9)))
    ]


def _lines(tag: str, values: list[str], between: str = "  - ") -> str:
    return "".join(f"{tag}{between}{value}\n" for value in values)


def _keywords(pick: Random, most: int, words: int = 2) -> list[str]:
    return [_text(pick, pick.randint(1, words)) for _ in range(pick.randint(most // 2, most))]


def _abstract(pick: Random) -> str:
    """Return an abstract; of one in ten records none, as in life."""
    return "" if pick.random() < 0.1 else _text(pick, pick.randint(120, 240)) + "."


def _wos(pick: Random, n: int) -> str:
    text, title = _abstract(pick), _text(pick, 12)
    if n % 6 == 0:
        text = "\n   ".join((text, "Findings: " + _text(pick, 40), "Significance: " + _text(pick, 30)))
    title = title.replace(" and ", " &amp; ") if n % 4 == 0 else title
    return (
        f"TY  - JOUR\n{_lines('AU', _names(pick, '{family}, {a}{b}'))}TI  - {title} {n}\nT2  - {pick.choice(JOURNALS).upper().replace('&', '&amp;')}\nLA  - English\n"
        f"{_lines('KW', [word.upper() for word in _keywords(pick, 9)])}"
        + (f"AB  - {text}\n" if text else "")
        + f"AD  - Univ {_text(pick, 6)}, Canada\rAD  - Univ {_text(pick, 6)}, Norway\nC3  - University of {_text(pick, 2)}\n"
        f"FU  - {_text(pick, 12)} [0745454]; {_text(pick, 9)}\nFX  - {_text(pick, 50)}\nPU  - FEN PRESS\nPI  - WOLD\n"
        f"PA  - {n} FEN ST, WOLD 94111 USA\nSN  - 1932-6203\nJ9  - {_text(pick, 2).upper()}\nJI  - {_text(pick, 2)}\nDA  - SEP 22\n"
        f"PY  - {1980 + n % 45}\nVL  - {n % 60}\nIS  - {n % 12}\n"
        + (f"SP  - {n % 900}\nEP  - {n % 900 + 9}\n" if n % 3 else f"C7  - e{n:05}\n")
        + f"DO  - 10.1000/journal.made.{n:07}\nWE  - Science Citation Index Expanded (SCI-EXPANDED)\rAN  - WOS:{n:015}\n"
        f"N1  - Times Cited in Web of Science Core Collection:  {n % 150}\nTotal Times Cited:  {n % 170}\nCited Reference Count:  49\nER  -\n\n"
    )


def _embase(pick: Random, n: int) -> str:
    text = _abstract(pick)
    return (
        f"TY  - JOUR\nM3  - {pick.choice(('Article', 'Article', 'Review', 'Conference Abstract', 'Article in Press'))}\nY1  - {1980 + n % 45}\nVL  - {n % 60}\nIS  - {n % 12}\n"
        f"SP  - {n % 900}\nEP  - {n % 900 + 9}\nSN  - 2041-1723\nSN  - 2041-1724\nJF  - {pick.choice(JOURNALS)}\nJO  - J. Ward.\n"
        f"UR  - https://www.embase.com/search/results?subaction=viewrecord&id=L{2000000000 + n}&from=export\nU2  - L{2000000000 + n}\n"
        f"C5  - {30000000 + n}\nDB  - Embase\nDB  - Medline\nU3  - 2024-05-28\nU4  - 2024-06-04\nL2  - http://dx.doi.org/10.1000/s{n:08}\n"
        f"DO  - 10.1000/s{n:08}\nLK  - https://x.example.org/atoztitles/link?sid=EMBASE&sid=EMBASE&issn=20411723&id=doi:10.1000%2Fs{n:08}&atitle={_text(pick, 14).replace(' ', '+')}&stitle=J.+Ward\n"
        f"{_lines('A1', _names(pick, '{family}, {a}.{b}.'))}M1  - (Yang Z., author@example.org; Low M.E.) {_text(pick, 14)}\nM1  - (Jiang B.; Xu J.) {_text(pick, 12)}\n"
        f"AD  - Z. Yang, {_text(pick, 9)}\nT1  - {_text(pick, 13)}\nLA  - English\n{_lines('KW', _keywords(pick, 24))}"
        + (f"N2  - {text}\n" if text else "")
        + "ER  - \n\n\n"
    )


def _ovid(pick: Random, n: int) -> str:
    """PsycINFO: dozens of cited references in M1, and their authors in A2."""
    cited = [
        f"{pick.choice(FAMILIES)}, T., and {pick.choice(FAMILIES)}, L. ({1990 + k % 30}). {_text(pick, 12)}"
        for k in range(pick.choice((0, 20, 30, 50)))
    ]
    return (
        f"{n + 1}. \nTY  - JOUR\nDB  - APA PsycInfo <{1990 + n % 30}>\nID  - {1990 + n % 30}-{n:05}-001\nDO  - https://dx.doi.org/10.1000/s{n}-W\nT1  - {_text(pick, 12)}.\n"
        f"{_lines('A1', _names(pick, '{family}, Anna {a}'))}AI  - {pick.choice(FAMILIES)}, A.; ORCID: https://orcid.org/0000-0001-6931-0232\n"
        f"A2  - {', '.join(pick.choices(FAMILIES, k=2 * len(cited)))}\nY1  - {1990 + n % 30}//\nN2  - {_abstract(pick) or 'No abstract.'} (PsycInfo Database Record (c) 2021 APA, all rights reserved)\n"
        f"{_lines('KW', ['*' + word for word in _keywords(pick, 12)])}JF  - {pick.choice(JOURNALS)}\nSP  - "
        + ("No\nEP  - Specified\n" if n % 3 else f"{n % 900}\nEP  - {n % 900 + 9}\n")
        + f"VL  - {n % 60}\nIS  - {n % 12}\nCY  - United Kingdom\nPB  - Fen Press Limited\nPB  - United Kingdom\nSN  - 1866-1947\nAD  - {_text(pick, 14)}, author@example.org\n"
        f"{_lines('M1', cited)}M2  - {_text(pick, 12)}\nL2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&PAGE=reference&D=psyc20&NEWS=N&AN={n:05}-001\nNL  - J Ward\n"
        "LA  - English\nPT  - Journal, Peer Reviewed Journal\nER  -  \n\n \n\n"
    )


def _ovid_medline(pick: Random, n: int) -> str:
    """Tags and a link behind the end."""
    text = _abstract(pick)
    return (
        f"{n + 1}. \nTY  - JOUR\nDB  - Ovid MEDLINE(R) <{1990 + n % 30} to present>\nID  - {30000000 + n}\nT1  - {_text(pick, 12)}.\n{_lines('A1', _names(pick, '{family} {a}{b}'))}"
        f"Y1  - {1990 + n % 30}//\n"
        + (f"N2  - {text}\n" if text else "")
        + f"{_lines('KW', _keywords(pick, 12))}JF  - {pick.choice(JOURNALS)}\nVL  - {n % 60}\nIS  - {n % 12}\nSP  - {n % 900}\nEP  - {n % 900 + 9}\n"
        f"SN  - 1866-1947\nDO  - https://dx.doi.org/10.1000/m{n}\nPT  - Journal Article\nER  -  \nLA  - English\n"
        f"http://ovidsp.ovid.com/ovidweb.cgi?T=JS&PAGE=reference&D=med20&NEWS=N&AN={30000000 + n}\n\n \n\n"
    )


def _ebsco(pick: Random, n: int) -> str:
    text, journal = _abstract(pick), pick.choice(JOURNALS)
    return (
        f"TY  - JOUR\n{_lines('AU', _names(pick, '{family}, Anna {a}.'))}T1  - {_text(pick, 12)}.\nJO  - {journal}\nJF  - {journal}\nY1  - {1990 + n % 30}/09//\nVL  - {n % 60}\nIS  - {n % 12}\n"
        f"M3  - Article\nSP  - {n % 900}\nEP  - {n % 900 + 9}\nPB  - Fen & Daughters Ltd\nSN  - 19326203\n"
        + (f"AB  - {text}\n" if text else "")
        + f"AB  - Copyright of {journal} is the property of Fen & Daughters Ltd and its content may not be copied or emailed to multiple sites or posted to a listserv without the copyright holder's express written permission. However, users may print, download, or email articles for individual use. (Copyright applies to all Abstracts.)\n"
        f"{_lines('KW', [word.upper() for word in _keywords(pick, 9)])}N1  - Accession Number: {170000000 + n}; {pick.choice(FAMILIES)}, Anna 1; Email Address: author@example.org {_text(pick, 60)}\n"
        f"L3  - 10.1000/journal.made.{n}\nUR  - https://search.ebscohost.com/login.aspx?direct=true&db=ccm&AN={170000000 + n}&site=ehost-live\nDP  - EBSCOhost\nDB  - ccm\nER  - \n\n"
    )


def _proquest(pick: Random, n: int) -> str:
    text = _abstract(pick)
    return (
        f"TY  - JOUR\nT1  - {_text(pick, 12)}\nAN  - {2212345678 + n}; {20123456 + n}\n"
        + (f"AB  - {text}\n" if text else "")
        + f"{_lines('AU', _names(pick, '{family}, Anna {a}.'))}"
        f"DA  - {1990 + n % 30}/06//\nPY  - {1990 + n % 30}\nDO  - 10.1000/pq.{n}\nDB  - Applied Social Sciences Index & Abstracts (ASSIA)\nSP  - {n % 900}\nEP  - {n % 900 + 9}\nCY  - Wold\nPB  - Fen Press\n"
        f"{_lines('KW', _keywords(pick, 9))}JF  - {pick.choice(JOURNALS)}\nJO  - Wards\nLA  - English\nVL  - {n % 60}\nIS  - {n % 12}\nSN  - 0020-7489\nM3  - Article\n"
        f"N1  - Copyright - Fen Press {1990 + n % 30}; Last updated - 2019-06-01\nUR  - https://www.proquest.com/docview/{2212345678 + n}?accountid=1&sourcetype=Scholarly%20Journals\n"
        f"L2  - https://x.example.org/login?url=https%3A%2F%2Fwww.proquest.com%2F{n}\nER  - \n\n"
    )


def _scopus(pick: Random, n: int) -> str:
    text = _abstract(pick) or "[No abstract available]"
    return (
        f"TY  - JOUR\n{_lines('AU', _names(pick, '{family}, {a}.{b}.'))}TI  - {_text(pick, 12)}\nPY  - {1990 + n % 30}\nT2  - {pick.choice(JOURNALS)}\nVL  - {n % 60}\nIS  - {n % 12}\n"
        + (f"SP  - {n % 900}\nEP  - {n % 900 + 9}\n" if n % 3 else f"C7  - {100000 + n}\n")
        + f"DO  - 10.1000/sc.{n}\nAN  - \nUR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-{85000000000 + n}&doi=10.1000%2fsc.{n}&partnerID=40&md5=0f0c2b9a1d8e7f6a5b4c3d2e1f0a9b8c\n"
        f"AD  - {_text(pick, 14)}\nAB  - {text} © {1990 + n % 30} Fen Press Ltd.\n{_lines('KW', _keywords(pick, 20))}PB  - Fen Press Ltd\nSN  - 15320464 (ISSN)\nLA  - English\nJ2  - J. Ward.\n"
        f"C2  - {30000000 + n}\nM3  - Article\nDB  - Scopus\nN1  - Export Date: 07 June 2024; Cited By: {n % 70}; Correspondence Address: {_text(pick, 12)}; CODEN: JWARD\nER  - \n\n"
    )


def _cochrane(pick: Random, n: int) -> str:
    text = _abstract(pick)
    return (
        f'Record #{n + 1} of 20000\nProvider: John Wiley & Sons, Ltd.\nContent: text/plain; charset="UTF-8"\n\nTY  -  JOUR\nAN  -  CN-{n:08}\n{_lines("A1", _names(pick, "{family}, {a}"), "  -  ")}T1  -  {_text(pick, 14)}\n'
        f"JA  -  {pick.choice(JOURNALS)}\nPY  -  {1990 + n % 30}\nVL  -  {n % 60}\nCC  -  Common Mental Disorders\nSP  -  {n % 900}–{n % 900 + 9}\nC3  -  PUBMED {30000000 + n},EMBASE {600000000 + n}\nM3  -  Journal article\n"
        f"{_lines('KW', _keywords(pick, 40), '  -  ')}DO  -  10.1000/c-{n}\n"
        + (f"N2  -  {text}\n" if text else "")
        + f"UR  -  https://www.cochranelibrary.com/central/doi/10.1002/central/CN-{n:08}/full\nER  -  \n\n\n"
    )


def _pubmed(pick: Random, n: int) -> str:
    text = _abstract(pick)
    return (
        f"TY  - JOUR\nDB  - PubMed\nT1  - {_text(pick, 12)}\n{_lines('AU', _names(pick, '{family}, Anna {a}.'))}Y1  - {1990 + n % 30}/02/01\nPY  - {1990 + n % 30}\nDA  - {1990 + n % 30}/02/01\n"
        + (f"N2  - {text}\n" if text else "")
        + f"SP  - {n % 900}\nEP  - {n % 900 + 9}\nVL  - {n % 60}\nIS  - {n % 12}\nSN  - 1878-0849\nC2  - PMC{7000000 + n}\nUR  - https://pubmed.ncbi.nlm.nih.gov/{30000000 + n}/\nDO  - 10.1000/pm.{n}\nJF  - {pick.choice(JOURNALS)}\nER  - \n\n"
    )


def _endnote(pick: Random, n: int) -> str:
    text, words, title = _abstract(pick), "\n".join(_keywords(pick, 12)), _text(pick, 12)
    return (
        "TY  - JOUR\n"
        + (f"AB  - {text}\n" if text else "")
        + f"AD  - {_text(pick, 14)}\n{_lines('AU', _names(pick, '{family}, {a}. {b}.'))}DA  - Jun 24\nDB  - Embase\nMedline\nDO  - 10.1000/en.{n}\nIS  - {n % 12}\nKW  - {words}\nLA  - English\nM3  - Article\n"
        f"N1  - L{2000000000 + n}\n2024-06-24\nPY  - {1990 + n % 30}\nSN  - 1932-8494\n1932-8486\nSP  - {n % 900}-{n % 900 + 9}\nST  - {title}\nT2  - {pick.choice(JOURNALS)}\nTI  - {title}\n"
        f"UR  - https://www.embase.com/search/results?subaction=viewrecord&id=L{2000000000 + n}&from=export\nUR  - http://dx.doi.org/10.1000/en.{n}\nVL  - {n % 60}\nID  - {n}\nER  - \n\n"
    )


def _zotero(pick: Random, n: int) -> str:
    text = _abstract(pick).replace(". ", ".\n", 1)
    made = (
        f"TY  - JOUR\nTI  - {_text(pick, 12)}\n{_lines('AU', _names(pick, '{family}, {a}.{b}.'))}T2  - {pick.choice(JOURNALS)}\n"
        + (f"AB  - {text}\n" if text else "")
        + f"DA  - {1990 + n % 30}/06//\nPY  - {1990 + n % 30}\nDO  - 10.1000/zo.{n}\n"
        f"DP  - DOI.org (Crossref)\nVL  - {n % 60}\nIS  - {n % 12}\nSP  - {n % 900}\nEP  - {n % 900 + 9}\nJ2  - J. Ward.\nLA  - en\nSN  - 2041-1723\nST  - {_text(pick, 5)}\nUR  - https://example.org/retrieve/pii/S{n:012}\nY2  - 2024/06/28/12:18:43\n"
        f"L1  - https://example.org/pdf/{n}.pdf\nL2  - https://example.org/{n}\nN1  - <p>{_text(pick, 9)}</p>\n{_lines('KW', _keywords(pick, 12))}ER  - \n\n"
    )
    if "\n" in text:  # a line end inside a value stays what it was in the abstract
        made = made.replace(text, text.replace("\n", "\x1e"))
    return made.replace("\n", "\r\n").replace("\x1e", "\n")


def _mendeley(pick: Random, n: int) -> str:
    text, family = _abstract(pick), pick.choice(FAMILIES)
    return (
        f"TY  - JOUR\nT1  - {_text(pick, 12)}\n{_lines('A1', _names(pick, '{family}, {a} {b}'))}Y1  - {1990 + n % 30}/02//\n"
        + (f"N2  - {text}\n" if text else "")
        + f"{_lines('KW', _keywords(pick, 8))}JF  - {pick.choice(JOURNALS)}\nVL  - {n % 60}\nIS  - {n % 12}\nSP  - {n % 900}\nEP  - {n % 900 + 9}\nSN  - 01651781\nDO  - 10.1000/me.{n}\nUR  - http://www.example.org/pubmed/{n}\nL1  - file:///C:/Users/x/Mendeley/{n}.pdf\nID  - {family}{1990 + n % 30}\nER  - \n\n"
    )


def _refworks(pick: Random, n: int) -> str:
    words = _text(pick, 12).split()
    made = (
        f"\nTY  - JOUR\nID  - {n}\n{_lines('A1', _names(pick, '{family},{a}.{b}.'))}T1  - {' '.join(words[:7])}\n{' '.join(words[7:])}\nJO  - J.Ward.\nY1  - {1990 + n % 30}/01/01/\nVL  - {n % 60}\nIS  - {n % 12}\nSP  - {n % 900}\nEP  - {n % 900 + 9}\n"
        f"N2  - {_abstract(pick)}\n{_lines('K1', _keywords(pick, 9))}SN  - 0009-9120; 0009-9120\nAD  - {_text(pick, 12)}\nRP  - NOT IN FILE\nER  - \n"
    )
    return made.replace("\n", "\r\n")


def _citavi(pick: Random, n: int) -> str:
    made = (
        f"TY  - JOUR\n{_lines('AU', _names(pick, '{family}, Nils'))}T1  - {_text(pick, 10)} – eine Studie\nAB  - {_abstract(pick)}\nKW  - {_text(pick, 2)}\nDA  - {1990 + n % 30}\nPY  - {1990 + n % 30}\nSP  - {n % 900}\nEP  - {n % 900 + 9}\nJF  - {pick.choice(JOURNALS)}\n"
        f"VL  - {n % 60}\nIS  - {n % 12}\nDO  - 10.1000/ci.{n}\nLA  - ger\nM4  - Citavi\nER  -\n\n"
    )
    return made.replace("\n", "\r\r\n")


def _covidence(pick: Random, n: int) -> str:
    text = _abstract(pick)
    return (
        f"TY  - JOUR\nT1  - {_text(pick, 12)}\n{_lines('A1', _names(pick, '{family}, {a}.{b}.'))}Y1  - {1990 + n % 30}///\nPD  - \nAB  - {text}\nJO  - {pick.choice(JOURNALS)}\nPB  - \nCY  - \nVL  - {n % 60}\nIS  - {n % 12}\nPG  - "
        + (f"{n % 900}\nSP  - {n % 900}\n" if n % 2 else "\nSP  - \n")
        + f"EP  - \nAN  - \nDO  - 10.1000/co.{n}\nUR  - https://www.embase.com/search/results?subaction=viewrecord&id=L{2000000000 + n}&from=export\nNS  - \nN1  - \nER  - \n\n"
    )


def _rayyan(pick: Random, n: int) -> str:
    text = _abstract(pick)
    return (
        f"TY  - JOUR\nID  - rayyan-{100000000 + n}\nTI  - {_text(pick, 12)}\n{_lines('AU', _names(pick, '{family}, {a}.'))}Y1  - {1990 + n % 30}/1//\nY2  - 1//\nT2  - {pick.choice(JOURNALS)}\nJ2  - J. Ward.\nSN  - 2041-1723\nVL  - {n % 60}\nIS  - {n % 12}\nSP  - {n % 900}\nEP  - {n % 900 + 9}\n"
        f"LA  - English\nUR  - https://www.embase.com/search/results?subaction=viewrecord&id=L{2000000000 + n}&from=export\n{_lines('KW', _keywords(pick, 12))}"
        + (f"AB  - {text}\n" if text else "")
        + f"DO  - 10.1000/ra.{n}\n"
        f'N1  - RAYYAN-INCLUSION: {{"Ann"=>"{pick.choice(("Included", "Excluded", "Maybe"))}"}} | RAYYAN-LABELS: {_text(pick, 2)}\nER  - \n\n'
    )


def _eppi(pick: Random, n: int) -> str:
    return (
        f"TY  - JOUR\nT1  - {_text(pick, 12)}\n{_lines('A1', _names(pick, '{family} {a} {b}'))}JF  - {pick.choice(JOURNALS)}\nPY  - {1990 + n % 30}\nDA  - {1990 + n % 30}\nVL  - {n % 60}\nIS  - {n % 12}\nSP  - {n % 900}-{n % 900 + 9}\nSN  - 2041-1723\nAB  - {_abstract(pick)}\n"
        f"DO  - 10.1000/ep.{n}\nUR  - https://doi.org/10.1000/ep.{n}\nU1  - {27000000 + n} (EPPI-Reviewer ID)\n{_lines('KW', _keywords(pick, 6))}ER  - \n\n"
    )


def _plain(pick: Random, n: int) -> str:
    """No one's mark, nothing to clean."""
    return (
        f"TY  - JOUR\n{_lines('AU', _names(pick, '{family}, {a}.'))}TI  - {_text(pick, 12)} {n}\nPY  - {1980 + n % 45}\nT2  - Journal of {_text(pick, 2)}\nVL  - {n % 50}\nIS  - {n % 12}\nSP  - {n % 900}\nEP  - {n % 900 + 9}\nDO  - 10.1000/made.{n}\n"
        f"SN  - 1234-5678\nUR  - https://example.org/{n}\nAB  - {_abstract(pick) or 'None.'}\n{_lines('KW', _keywords(pick, 8))}LA  - English\nER  - \n\n"
    )


DIALECTS: dict[str, Callable[[Random, int], str]] = {
    "Web of Science": _wos, "Embase.com": _embase, "Ovid, PsycINFO": _ovid, "Ovid, MEDLINE": _ovid_medline, "EBSCO": _ebsco,
    "ProQuest": _proquest, "Scopus": _scopus, "Cochrane": _cochrane, "PubMed": _pubmed, "EndNote": _endnote, "Zotero": _zotero,
    "Mendeley": _mendeley, "RefWorks": _refworks, "Citavi": _citavi, "Covidence": _covidence, "Rayyan": _rayyan,
    "EPPI-Reviewer": _eppi, "no one's": _plain,
}  # fmt: skip
_MARKED = ("Web of Science", "Scopus")  # their files start with a byte-order mark


def export(dialect: str, records: int = RECORDS) -> bytes:
    """Return a made-up export in a dialect; the same at each call."""
    pick = Random(1)
    made = "".join(DIALECTS[dialect](pick, n) for n in range(records))
    return (b"\xef\xbb\xbf" if dialect in _MARKED else b"") + made.encode()


def repeated(path: Path, records: int = RECORDS) -> bytes:
    """Return the records of an export again and again, each with a number of its own in its title."""
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    parts = re.split(rb"(?m)^(?=TY  -)", data)
    head, parts = (parts[0], parts[1:])
    made = [
        re.sub(rb"(?m)^(T[I1]  - [^\r\n]*)", rb"\g<1> %d" % n, parts[n % len(parts)].rstrip(b"\r\n ") + b"\n\n")
        for n in range(records)
    ]
    return head + b"".join(made)


def compare(data: bytes, records: int) -> tuple[str, float, float, float]:
    """Return the format that we tell, our seconds, rispy's, and how many times faster we are: medians."""
    import rispy

    from metaethno import formats

    mine, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.ris"
        path.write_bytes(data)
        for _ in range(ROUNDS):
            gc.collect()
            started = time.process_time()
            export = formats.read(path)
            between = time.process_time()
            found = export.format, len(export.records)
            del export
            gc.collect()
            again = time.process_time()
            with path.open(encoding="utf-8-sig") as file:
                count = len(rispy.load(file))
            theirs.append(time.process_time() - again)
            mine.append(between - started)
            assert found[1] == count == records, (found, count)
    ratio = statistics.median(other / own for own, other in zip(mine, theirs, strict=True))
    return found[0], statistics.median(mine), statistics.median(theirs), ratio


def table(files: Iterator[tuple[str, bytes]], records: int) -> str:
    """Return a table, a line per file."""
    lines = ["| dialect | MB | told as | ours, s | rispy, s | times as fast |", "|---|--:|---|--:|--:|--:|"]
    print("\n".join(lines))
    for name, data in files:
        told, own, other, ratio = compare(data, records)
        lines.append(f"| {name} | {len(data) / 1e6:.0f} | {told} | {own:.2f} | {other:.2f} | {ratio:.1f} |")
        print(lines[-1], flush=True)
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dialects", nargs="*", metavar="DIALECT", help=f"of: {'; '.join(DIALECTS)}")
    parser.add_argument("--real", type=Path, help="a folder with exports (.ris)")
    parser.add_argument("--records", type=int, default=RECORDS, help="of each dialect")
    parser.add_argument("--docs", action="store_true", help="write the table into docs/formats.md")
    given = parser.parse_args()
    if given.real:
        table(((path.stem, repeated(path, given.records)) for path in sorted(given.real.glob("*.ris"))), given.records)
        return
    made = table(((name, export(name, given.records)) for name in (given.dialects or DIALECTS)), given.records)
    if given.docs:
        page = Path(__file__).parents[1] / "docs/formats.md"
        before, _, rest = page.read_text(encoding="utf-8").partition(MARKS[0])
        _, _, after = rest.partition(MARKS[1])
        page.write_text(f"{before}{MARKS[0]}\n{made}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
