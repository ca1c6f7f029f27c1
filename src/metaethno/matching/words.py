"""Words that matter when two titles are compared."""

from __future__ import annotations

import re
from typing import Final


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _counted(text: str) -> dict[str, str]:
    return {word: str(number) for number, word in enumerate(text.split(), 1)}


STOP: Final = _set(
    "a an the of in on at to for from by with and or as is are its their into among amongst between using"
)

# Words of one group exclude one another: a title that has one where the other title has another is another paper.
CONTRASTS: Final = (
    ("men man male males masculine", "women woman female females feminine"),
    ("boys boy", "girls girl"),
    ("mothers mother maternal", "fathers father paternal"),
    ("sons son", "daughters daughter"),
    ("husbands husband", "wives wife"),
    (
        "children child paediatric pediatric childhood",
        "adults adult",
        "adolescents adolescent teenagers youth",
        "elderly older",
        "infants infant newborn neonatal",
    ),
    (
        "patients patient",
        "nurses nurse nursing",
        "doctors doctor physicians physician clinicians",
        "managers manager managerial",
        "carers caregivers carer caregiver",
        "students student",
        "parents parent",
        "midwives midwife",
        "pharmacists pharmacist",
        "surgeons surgeon",
        "dentists dentist",
        "teachers teacher",
    ),
    ("urban", "rural"),
    ("qualitative", "quantitative"),
    ("primary", "secondary", "tertiary"),
    ("public", "private"),
    ("before", "after"),
    ("increased increase increases", "decreased decrease decreases"),
    ("high higher", "low lower"),
    ("left", "right"),
    ("acute", "chronic"),
    ("north northern", "south southern", "east eastern", "west western"),
    ("spring", "summer", "autumn fall", "winter"),
    ("positive", "negative"),
    ("inpatient inpatients", "outpatient outpatients"),
)
# Words that make another kind of document of an article on the same matter, wherever they stand in the title.
KIND_WORDS: Final = _set("protocol erratum corrigendum correction reply rejoinder commentary pilot")

CONTRAST_BIT: Final = {
    word: 1 << bit for bit, words in enumerate(side for group in CONTRASTS for side in group) for word in words.split()
}
CONTRAST_WORDS: Final = frozenset(CONTRAST_BIT) | KIND_WORDS

NEGATIONS: Final = _set("in un non im dis ir il anti a")
OPPOSITES: Final = (("hypo", "hyper"), ("intra", "inter"), ("pre", "post"), ("micro", "macro"), ("over", "under"))

NUMBERS: Final = {
    **_counted("one two three four five six seven eight nine ten"),
    **_counted("first second third fourth fifth sixth seventh eighth ninth tenth"),
}
ROMAN: Final = _counted("i ii iii iv v vi vii viii ix x xi xii")
COUNTED: Final = _set("part parts phase type types study stage grade class volume vol level chapter wave")

GENERIC: Final = _set(
    """abstract abstracts acknowledgement acknowledgements acknowledgments announcement announcements author authors
    board book books business call calendar chair chairs chief column columns comment commentary comments conference
    contents contributors correction corrections correspondence cover current discussion editor editorial editorials
    editors erratum errata corrigendum event events foreword forthcoming from front general guest in index information
    interview introduction invited issue issues journal keynote letter letters list masthead matter meeting message
    minitrack miscellany new news note notes notice obituary of on opening our overview panel papers perspective
    perspectives poster preface president presidents program proceedings publications recent referees
    reply report research response review reviewer reviewers reviews section session special standards statement
    summary supplement symposium table thanks the this to tutorial update viewpoint volume welcome workshop year your
    reader readers and for a an s number no"""
)

# A journal, not a conference that goes by the same name.
SERIAL: Final = _set("journal j transactions trans record review letters magazine bulletin annals archives")

NOTICE: Final = re.compile(
    r"^(?:publishers?\s+|authors?\s+)?(?P<kind>erratum|errata|corrigend(?:um|a)|corrections?|addendum|"
    r"retraction(?:\s+(?:note|notice))?|notice\s+of\s+retraction|expression\s+of\s+concern)"
    r"(?:\s+(?:to|for|of|in|note|notice|regarding))*\s*(?::|\bto\b|\bfor\b|\bof\b|\bin\b|-|–|—|$)\s*",
    re.IGNORECASE,
)
# So much of an abstract is compared: databases cut or end them differently.
ABSTRACT_READ: Final = 600
ABSTRACT_HEAD: Final = re.compile(
    r"^(?:abstract|background|objectives?|aims?|purpose|introduction|context|summary|and|copyright|c|\d{4}) "
)
# Web of Science's way to title an erratum, "(vol 3, pg 4, 2001)", and Embase's, "(Pain (2001) 3 (4-9))".
NOTICE_TAIL: Final = re.compile(
    r"\s*\((?:vol\.?\s*\w+,?\s+(?:pg|pp?|art)\b[^)]*|[^()]{3,90}\((?:19|20)\d\d\)\W*\w+\W[^()]{0,20}\([^()]*\)[^()]{0,60})\)\W*$",
    re.IGNORECASE,
)
COMMENT: Final = re.compile(
    r"^(?:invited\s+)?(?:comments?|commentary|discussion)\s*(?:\bon\b|\bto\b|:)\s*|^re\s*:\s*", re.IGNORECASE
)
REPLY: Final = re.compile(
    r"^(?:authors?['’]?s?['’]?\s+)?(?:reply|response|rejoinder|rebuttal)\s*(?:\bto\b|\bon\b|:|by\b)"
    r"|[:.?–—-]\s*(?:authors?['’]?s?['’]?\s+|a\s+)?(?:reply|rejoinder|response\s+to\b.*|comments?\s+on\b.*)\W*$",
    re.IGNORECASE,
)
# "Editorial: X" in one database is "X" in another.
EDITORIAL: Final = re.compile(r"^(?:guest\s+)?editorial\s*(?:[:.–—]|\s-)\s+(?=\S+\s+\S+\s+\S)", re.IGNORECASE)
RECURRING: Final = re.compile(r"\beditors? (?:comments?|note|introduction|notes|choice|corner)\b|\bbook reviews?\b")
PROTOCOL: Final = re.compile(
    r"\b(?:study|trial|review|research)\s+protocol\b|\bprotocol\s+(?:for|of)\s+(?:an?|the)\b|^\W*protocol\b|\bprotocol\W*$",
    re.IGNORECASE,
)
ORIGINAL: Final = re.compile(r"\s*<ORIGINAL>.*", re.IGNORECASE)  # after it, Embase gives the title in its own language
BOOK_REVIEW: Final = re.compile(r"^book\s+reviews?\b", re.IGNORECASE)
# A retracted article keeps its record: what publishers put round its title is taken off.
RETRACTED: Final = re.compile(
    r"^\W*(?:retracted|withdrawn|removed)(?:\s+article)?\s*(?:[:.\]\)–—-]+)\s*"
    r"|\s*[\(\[](?:retracted|retraction|withdrawn)\b[^\)\]]*[\)\]]\W*$",
    re.IGNORECASE,
)
TAIL: Final = re.compile(
    r"(?:\s*[\[\(](?:\d+\s+refs?\.?|review|letter|comment|abstracts?(?:\s+only|\s+no\W+\d+)?|article\s+in\s+\w+|in\s+\w+|see\s+comments?|"
    r"(?:published\s+)?errat(?:um|a)\s+appears?\b[^\]\)]*|comment\s+(?:in|on)\b[^\]\)]*|"
    r"(?:tutorial|panel|experience|industrial|invited)(?:\s+(?:paper|session|talk|track))*|"
    r"(?:english|french|german|spanish|italian|portuguese|russian|chinese|japanese|polish|dutch|romanian|turkish|"
    r"czech|danish|swedish|norwegian|hungarian|korean|hebrew|arabic|persian|serbian|croatian|bulgarian|greek|"
    r"finnish|ukrainian)[^\]\)]{0,20})[\]\)]|\s+LA:\s+\w+)\W*$",
    re.IGNORECASE,
)
