"""Made-up exports that copy, byte by byte, what each database and program does; and what must be read in them.

`docs/formats.md` has a table made of these (`python tools/format_table.py`). Another list is a module of the same form,
named in that tool.
"""

# ruff: noqa: E501 - the bytes of an export are easier to compare where a line is a line

from __future__ import annotations

from typing import NamedTuple


class Fixture(NamedTuple):
    """A made-up export: its dialect in words, the format it must be told as, its bytes, and fields of each record.

    `expected` has as many entries as the file has records; a field that is not named in one may be anything.
    """

    dialect: str
    format: str
    data: bytes
    expected: tuple[dict[str, str], ...]


def _b(text: str) -> bytes:
    return text.encode()


_EMBASE = (
    "TY  - JOUR\nM3  - Article in Press\nY1  - 2024\nSN  - 2041-1723\nJF  - Ward Communications\n"
    "UR  - https://www.embase.com/search/results?subaction=viewrecord&id=L2029880245&from=export\nU2  - L2029880245\n"
    "C5  - 38773066\nDB  - Embase\nDB  - Medline\nL2  - http://dx.doi.org/10.1000/x-3\nDO  - 10.1000/x-3\n"
    "LK  - https://x.example.org/link?sid=EMBASE&doi=10.1000%2Fx-3\nA1  - Yang, Z.\nM1  - (Yang Z., a@example.org) Wold\n"
    "T1  - Scales\nN2  - Short.\nER  - \n\n\n"
)

FIXTURES: tuple[Fixture, ...] = (
    Fixture(
        "RIS of Web of Science: bare CR between tags, HTML entities, byte-order mark",
        "RIS (Web of Science)",
        b"\xef\xbb\xbfTY  - JOUR\nAU  - Ashdown, MK\nTI  - Care &amp; cure\nT2  - WARD STUDIES\nAD  - Univ Wold, Canada\r"
        b"AD  - Univ Fen, Norway\nSN  - 1234-5678\nPY  - 2010\nVL  - 5\nC7  - e12292\nDO  - 10.1000/Made.1\n"
        b"WE  - Social Science Citation Index (SSCI)\rAN  - WOS:000282053100002\nER  -\n\n",
        (
            {
                "accession": "WOS:000282053100002", "title": "Care & cure", "pages": "e12292", "doi": "10.1000/made.1",
                "accessions": "WOS:000282053100002", "status": "print",
            },
        ),
    ),
    Fixture(
        "RIS of Embase.com: A1, N2, Y1, U2, LK; the DOI twice",
        "RIS (Embase.com)",
        _b(_EMBASE),
        (
            {
                "accession": "L2029880245", "authors": "Yang, Z.", "abstract": "Short.", "year": "2024",
                "doi": "10.1000/x-3", "pmid": "38773066", "notes": "", "status": "early view",
                "accessions": "Embase:L2029880245; PubMed:38773066",
            },
        ),
    ),
    Fixture(
        "RIS of Ovid: a number before TY, tags and a link behind ER, DO as an address and twice, “No Specified” pages",
        "RIS (Ovid)",
        _b(
            "2. \nTY  - JOUR\nDB  - APA PsycInfo <2021>\nID  - 2021-94054-001\nDO  - https://dx.doi.org/10.1000/W.1\n"
            "DO  - https://dx.doi.org/10.1000/w.1\nT1  - Talking.\nA1  - Keefer, Amy\nA2  - Achenbach, T., Rescorla, L.\n"
            "Y1  - 2019//\nSP  - No\nEP  - Specified\nPT  - Journal Article\nER  -  \nLA  - English\n"
            "http://ovidsp.ovid.com/ovidweb.cgi?T=JS&AN=2021-94054-001\n\n \n\n3. \nTY  - JOUR\nDB  - APA PsycInfo <2021>\n"
            "ID  - 2021-94055-001\nT1  - Again.\nA1  - Low, B.\nY1  - 2020//\nPT  - Journal Article\nER  -  \n \n"
        ),
        (
            {
                "accession": "2021-94054-001", "authors": "Keefer, Amy", "doi": "10.1000/w.1", "pages": "", "year": "2019",
                "language": "English", "accessions": "APA PsycInfo:2021-94054-001",
            },
            {"accession": "2021-94055-001", "title": "Again.", "language": "", "year": "2020"},
        ),
    ),
    Fixture(
        "RIS of EBSCO: DOI only in L3, a copyright notice as second abstract, accession number in N1, invented end page",
        "RIS (EBSCO)",
        _b(
            "TY  - JOUR\nAU  - Ashdown, Mira\nT1  - Waiting rooms.\nJF  - Ward Notes\nY1  - 2016/09//\nSP  - e0298242\n"
            "EP  - e0298301\nSN  - 19326203\nAB  - People wait.\nAB  - Copyright of Ward Notes is the property of Fen Press "
            "and its content may not be copied.\nN1  - Accession Number: 176404503; Ashdown, Mira 1\nL3  - 10.1000/wait.7\n"
            "UR  - https://search.ebscohost.com/login.aspx?direct=true&db=psyh&AN=176404503&site=ehost-live\n"
            "DP  - EBSCOhost\nDB  - psyh\nER  - \n"
        ),
        (
            {
                "accession": "176404503", "doi": "10.1000/wait.7", "abstract": "People wait.", "pages": "e0298242",
                "year": "2016", "issn": "1932-6203",
            },
        ),
    ),
    Fixture(
        "RIS of ProQuest: its own number and those of the databases behind it in one AN",
        "RIS (ProQuest)",
        _b(
            "TY  - JOUR\nT1  - Sitting still\nAN  - 2212345678; 201234567\nAU  - Birch, Tom\nJF  - Wards\nPY  - 2019\n"
            "DB  - Applied Social Sciences Index & Abstracts (ASSIA)\nN1  - Copyright - Fen Press; Last updated - 2019-06-01\n"
            "UR  - https://www.proquest.com/docview/2212345678\nER  - \n\n"
        ),
        (
            {
                "accession": "2212345678", "title": "Sitting still",
                "accessions": "Applied Social Sciences Index & Abstracts (ASSIA):2212345678; ProQuest:201234567",
            },
        ),
    ),
    Fixture(
        "RIS of Scopus: the number in the link, PubMed's in C2, the article number in C7, “(ISSN)” behind SN",
        "RIS (Scopus)",
        b"\xef\xbb\xbf" + _b(
            "TY  - JOUR\nAU  - Ålund, P.\nTI  - Sitting still\nPY  - 2020\nT2  - Wards\nVL  - 12\nC7  - 103640\n"
            "DO  - 10.1000/sit.2\nC2  - 30922926 (PMID)\nSN  - 15320464 (ISSN); 9783161484100 (ISBN)\nM3  - Article\n"
            "UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85078907890&doi=10.1000%2fsit.2&partnerID=40\n"
            "DB  - Scopus\nN1  - Export Date: 7 June 2024; Cited By: 12\nER  - \n\n"
        ),
        (
            {
                "accession": "2-s2.0-85078907890", "pmid": "30922926", "pages": "103640", "issn": "1532-0464",
                "isbn": "9783161484100", "authors": "Ålund, P.", "accessions": "Scopus:2-s2.0-85078907890; PubMed:30922926",
            },
        ),
    ),
    Fixture(
        "RIS of the Cochrane Library: lines before the tags, two spaces behind the hyphen",
        "RIS (Cochrane)",
        _b(
            'Record #3 of 18\nProvider: John Wiley & Sons, Ltd.\nContent: text/plain; charset="UTF-8"\n\nTY  -  JOUR\n'
            "AN  -  CN-00778158\nA1  -  Bywater, T\nT1  -  A trial\nPY  -  2011\nC3  -  PUBMED 21314913\nER  -  \n\n\n"
            'Record #4 of 18\nProvider: John Wiley & Sons, Ltd.\nContent: text/plain; charset="UTF-8"\n\nTY  -  JOUR\n'
            "AN  -  CN-00778159\nA1  -  Low, T\nT1  -  B trial\nPY  -  2012\nKW  -  Child\nER  -  \n\n\n"
        ),
        (
            {"accession": "CN-00778158", "pmid": "21314913", "accessions": "CENTRAL:CN-00778158; PubMed:21314913"},
            {"accession": "CN-00778159", "keywords": "Child"},
        ),
    ),
    Fixture(
        "RIS of PubMed (PMC's citation exporter and others)",
        "RIS (PubMed)",
        _b(
            "TY  - JOUR\nDB  - PubMed\nT1  - A ward\nAU  - Low, Ann\nPY  - 2019\nC2  - PMC7141302\n"
            "UR  - https://pubmed.ncbi.nlm.nih.gov/30922926/\nER  - \n"
        ),
        ({"accession": "30922926", "pmid": "30922926", "accessions": "PubMed:30922926; PMC:PMC7141302"},),
    ),
    Fixture(
        "RIS of EndNote: lines without a tag, a keyword that looks like one, a comma behind an organisation",
        "RIS (EndNote)",
        _b(
            "TY  - JOUR\nAU  - World Health Organization,\nAU  - Boisvert, C.\nDB  - Embase\nMedline\nKW  - article\nER stress\n"
            "ER  - positive\nN1  - L2030246463\n2024-06-24\nPY  - 2024\nSN  - 1932-8494\n1932-8486\nST  - A ward\n"
            "TI  - A ward\nID  - 889\nER  - \n\n"
        ),
        (
            {
                "accession": "L2030246463", "keywords": "article; ER stress; ER - positive", "issn": "1932-8494;1932-8486",
                "authors": "World Health Organization; Boisvert, C.", "group_authors": "World Health Organization",
            },
        ),
    ),
    Fixture(
        "RIS of Zotero: CRLF, with LF inside the abstract",
        "RIS (Zotero)",
        b"TY  - JOUR\r\nTI  - A ward\r\nAU  - Yang, Z.\r\nAB  - One.\nTwo.\r\nDA  - 2024///\r\nPY  - 2024\r\nSP  - 549-565\r\n"
        b"ER  - \r\n\r\n",
        ({"abstract": "One.\nTwo.", "pages": "549-565", "year": "2024"},),
    ),
    Fixture(
        "RIS of Mendeley: dates with slashes, an ID of its own",
        "RIS (Mendeley)",
        _b("TY  - JOUR\nID  - smith2020\nT1  - A ward\nA1  - Smith, J\nY1  - 2020///\nER  - \n"),
        ({"accession": "", "year": "2020"},),
    ),
    Fixture(
        "RIS of RefWorks and Reference Manager: an empty line first, “Not in File”",
        "RIS (RefWorks or Reference Manager)",
        b"\r\nTY  - JOUR\r\nID  - 12\r\nA1  - Baldwin,S.A.\r\nT1  - Blood and\r\nbrains\r\nJO  - J.Ward.\r\nY1  - 1996/01/01/\r\n"
        b"RP  - NOT IN FILE\r\nER  - \r\n",
        ({"title": "Blood and brains", "authors": "Baldwin,S.A.", "year": "1996", "accession": ""},),
    ),
    Fixture(
        "RIS of Citavi: CR CR LF",
        "RIS (Citavi)",
        b"TY  - THES\r\r\nAU  - Low, Nils\r\r\nT1  - Wards \xe2\x80\x93 a theory\r\r\nDA  - 2022\r\r\nM4  - Citavi\r\r\nER  -\r\r\n\r\r\n",
        ({"title": "Wards – a theory", "year": "2022", "pub_type": "THES"},),
    ),
    Fixture(
        "RIS of Covidence: empty tags",
        "RIS (Covidence)",
        _b(
            "TY  - JOUR\nT1  - A ward\nA1  - Yang, Z.\nY1  - 2024///\nPD  - \nAB  - \nJO  - Wards\nPG  - \nSP  - 14316\nEP  - \n"
            "AN  - \nDO  - \nNS  - \nN1  - \nER  - \n\n"
        ),
        ({"pages": "14316", "accession": "", "abstract": "", "container": "Wards"},),
    ),
    Fixture(
        "RIS of Rayyan: its own key, decisions in N1",
        "RIS (Rayyan)",
        _b(
            "TY  - JOUR\nID  - rayyan-123456789\nTI  - A ward\nAU  - Low, A\nY1  - 2020\n"
            'N1  - RAYYAN-INCLUSION: {"Ann"=>"Included"}\nER  - \n'
        ),
        ({"accession": "", "notes": 'RAYYAN-INCLUSION: {"Ann"=>"Included"}'},),
    ),
    Fixture(
        "RIS of EPPI-Reviewer: its own number in U1",
        "RIS (EPPI-Reviewer)",
        _b("TY  - JOUR\nT1  - A ward\nA1  - Low, A\nPY  - 2020\nU1  - 27432184 (EPPI-Reviewer ID)\nER  - \n"),
        ({"accession": "", "title": "A ward"},),
    ),
    Fixture(
        "RIS of JSTOR: lines before the first record, the number in the link",
        "RIS (JSTOR)",
        _b(
            'Provider: JSTOR http://www.jstor.org\nDatabase: JSTOR\nContent: text/plain; charset="us-ascii"\n\n\n'
            "TY  - JOUR\nTI  - A ward\nAU  - Low, Ann\nPY  - 1999\nUR  - http://www.jstor.org/stable/3791234\nER  - \n"
        ),
        ({"accession": "3791234", "accessions": "JSTOR:3791234"},),
    ),
    Fixture(
        "RIS of APA PsycNet: lines before the record, a tag that is spelled out",
        "RIS (APA PsycNet)",
        _b(
            "Provider: American Psychological Association\nDatabase: PsycINFO\nContent: application/x-research-info-systems"
            "\n\nTY  - CHAP\nDESCRIPTORS  - *Forgetting;  *Memory\nID  - 1994-98352-001\nT1  - Hypermnesia\nA1  - Mandler, G.\n"
            "SP  - 3\nEP  - 33\nY1  - 1994\nSN  - 978-3-16-148410-0 (Hardcover)\nER  - \n"
        ),
        (
            {
                "accession": "1994-98352-001", "pub_type": "CHAP", "isbn": "9783161484100", "issn": "", "pages": "3-33",
                "accessions": "APA PsycInfo:1994-98352-001",
            },
        ),
    ),
    Fixture(
        "Web of Science, two exports put together: a byte-order mark in mid-file, EF and FN on one line, a wrapped DOI",
        "Web of Science tagged",
        b"\xef\xbb\xbfFN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Ashdown, MK\nAF Ashdown, Mira K.\nTI What nurses\n"
        b"   say\nSO WARD STUDIES\nPY 2010\nDI 10.1000/a.1; 10.1000/a.\n   2\nUT WOS:000282053100002\nPM 20000001\nER\n\n"
        b"EF\xef\xbb\xbfFN Clarivate Analytics Web of Science VR 1.0 PT J\nCA Ward Study Grp\nTI Early\nDT Article; Early Access\n"
        b"EA JUN 2021\nAR e12292\nBN 978-3-16-148410-0\nUT WOS:000282053100003\nER\n\nEF",
        (
            {
                "accession": "WOS:000282053100002", "title": "What nurses say", "authors": "Ashdown, Mira K.",
                "doi": "10.1000/a.1;10.1000/a.2", "accessions": "WOS:000282053100002; PubMed:20000001",
            },
            {
                "accession": "WOS:000282053100003", "year": "2021", "pages": "e12292", "status": "early view",
                "group_authors": "Ward Study Grp", "isbn": "9783161484100",
            },
        ),
    ),
    Fixture(
        "Web of Science tab-delimited: UTF-16, headed by tags, a tab at the end",
        "Web of Science tab-delimited",
        (
            "PT\tAU\tAF\tTI\tSO\tPY\tBP\tEP\tDI\tUT\t\r\nJ\tAshdown, MK; de Wit, A\tAshdown, Mira; de Wit, Anna\tA ward\tWARDS\t"
            "2010\t1\t9\t10.1000/x\tWOS:1\t\r\n"
        ).encode("utf-16"),
        ({"accession": "WOS:1", "authors": "Ashdown, Mira; de Wit, Anna", "pages": "1-9", "doi": "10.1000/x"},),
    ),
    Fixture(
        "Ovid tagged (.cgi): no end of a record, sections of the abstract without an indent, SO packs the citation",
        "Ovid (tagged)",
        _b(
            "<3001. >\nVN  - Ovid Technologies\nDB  - Embase\nUI  - 621381829\nTI  - Quality of life in wards.\n"
            "SO  - BMC Wards. Conference: 2nd Ward Conference: Part 2. Spain. 12 (Supplement 3) (no pagination), 2018. Date of "
            "Publication: 2018.\nAU  - Behan L.\nAU  - Lucas J.S.\nIN  - (Behan) One\n      (Lucas) Two\nAB  - Background: x. \n"
            "Method(s): we. \nResult(s): y.\nIS  - 1753-6561\nDO  - http://dx.doi.org/10.1000/s12919\nYR  - 2018\n\n"
            "<3002. >\nVN  - Ovid Technologies\nDB  - Embase\nUI  - 621381823\nTI  - Second.\nSO  - Journal of Wards. 37 (1) "
            "(pp 24-26), 2019. Date of Publication: 2019.\nAU  - Low B.\nYR  - 2019\n\n\n\n"
        ),
        (
            {
                "accession": "621381829", "authors": "Behan, L.; Lucas, J.S.", "container": "BMC Wards", "volume": "12",
                "issue": "Supplement 3", "pages": "", "doi": "10.1000/s12919", "year": "2018",
                "abstract": "Background: x.\nMethod(s): we.\nResult(s): y.", "accessions": "Embase:621381829",
            },
            {"container": "Journal of Wards", "volume": "37", "issue": "1", "pages": "24-26", "year": "2019"},
        ),
    ),
    Fixture(
        "Ovid tagged (.ovd) of PsycINFO and MEDLINE: a space before each tag, labels around number and title",
        "Ovid (tagged)",
        _b(
            " <7. >\n VN  - Ovid Technologies\n DB  - PsycINFO\n AN  - Peer Reviewed Journal: 2015-33942-012.\n"
            " TI  - Reassurance. [References].\n AU  - Kobori, Osamu\n"
            " SO  - Wards Psychotherapy. Vol.43(5), Sep 2015, pp. 623-634. \n PM  - 24892981\n\n <8. >\n"
            " VN  - Ovid Technologies\n DB  - Ovid MEDLINE(R)\n UI  - 17885199\n TI  - Third.\n AU  - Smith JA\n"
            " FA  - Smith, John A\n SO  - JAMA. 298(12):1411-9, 2007 Sep 26."
        ),
        (
            {
                "accession": "2015-33942-012", "title": "Reassurance.", "volume": "43", "issue": "5", "pages": "623-634",
                "year": "2015", "pmid": "24892981", "container": "Wards Psychotherapy",
            },
            {"pmid": "17885199", "authors": "Smith, John A", "volume": "298", "issue": "12", "pages": "1411-9"},
        ),
    ),
    Fixture(
        "Ovid text with full field labels, the search before it",
        "Ovid (text with field labels)",
        _b(
            "Database: Embase <1974 to 2020>\nSearch Strategy:\n-----\n1     exp ward/ (12345)\n\n<1>\nUnique Identifier\n"
            "  2017885200\nAuthors\n  Smith JA. Jones B.\nInstitution\n  One.\nTitle\n  Fourth title\n  that goes on\nSource\n"
            "  Journal of Wards. 37 (1) (pp 24-26), 2019.\nAbstract\n  One line\n  and two.\nDOI\n  10.1000/l.1\n\n<2>\n"
            "Unique Identifier\n  2017885201\nTitle\n  Fifth\nSource\n  Journal of Wards. 37 (2), 2020. Article Number: e12.\n"
        ),
        (
            {
                "accession": "2017885200", "authors": "Smith, JA; Jones, B", "title": "Fourth title that goes on",
                "pages": "24-26", "doi": "10.1000/l.1", "abstract": "One line\nand two.", "year": "2019",
            },
            {"accession": "2017885201", "pages": "e12", "year": "2020"},
        ),
    ),
    Fixture(
        "PubMed .nbib: an empty line first, lines that go on, short and full names, groups, no line end at the end",
        "MEDLINE (.nbib)",
        _b(
            "\nPMID- 30922926\nOWN - NLM\nDP  - 2020 Feb\nPG  - 454-81\nTI  - What nurses say when nobody\n      asks.\n"
            "LID - 10.1000/ward.1 [doi]\nFAU - Ashdown, Mira K\nAU  - Ashdown MK\nCN  - Ward Group\nPT  - Journal Article\n"
            "PMC - PMC7141302\nPST - aheadofprint\n\nPMID- 30922927\nTI  - Erratum.\nDP  - 2021\nPT  - Published Erratum\n"
            "EFR - Ward Stud. 2020 Feb;63(2):454-81. PMID: 30922926\nAU  - Low A"
        ),
        (
            {
                "accession": "30922926", "title": "What nurses say when nobody asks.", "pages": "454-81",
                "authors": "Ashdown, Mira K; Ward Group", "group_authors": "Ward Group", "doi": "10.1000/ward.1",
                "accessions": "PubMed:30922926; PMC:PMC7141302", "status": "early view",
            },
            {
                "accession": "30922927", "authors": "Low, A", "status": "erratum",
                "status_of": "Ward Stud. 2020 Feb;63(2):454-81. PMID: 30922926",
            },
        ),
    ),
    Fixture(
        ".nbib of PMC: its own number first",
        "MEDLINE (.nbib) (PMC)",
        _b(
            "PMC - PMC7141302\nPMID- 30922926\nTI  - One\nAU  - Low A\nDP  - 2020\nAID - 10.1000/p.1 [doi]\n\n"
            "PMC - PMC7141303\nTI  - Two\nAU  - Low B\nDP  - 2021\nSO  - Wards. 2021;1. doi: 10.1000/p.2."
        ),
        (
            {"accession": "PMC7141302", "pmid": "30922926", "doi": "10.1000/p.1"},
            {"accession": "PMC7141303", "pmid": "", "doi": "10.1000/p.2"},
        ),
    ),
    Fixture(
        ".nbib of ERIC: no PubMed number, ISSN with its kind before it",
        "MEDLINE (.nbib) (ERIC)",
        _b(
            "OWN - ERIC\nTI  - One\nAU  - Ashdown, Mira\nJT  - Wards\nISSN- ISSN-0018-1560\nOID - EJ1234567\nDP  - 2001\n\n"
            "OWN - ERIC\nTI  - Two\nOID - ED234567\nDP  - 2002\n"
        ),
        (
            {"accession": "EJ1234567", "issn": "0018-1560", "authors": "Ashdown, Mira", "accessions": "ERIC:EJ1234567"},
            {"accession": "ED234567", "title": "Two"},
        ),
    ),
    Fixture(
        ".enw: the title before the type, a paragraph in the abstract, a keyword a line, CRLF",
        "EndNote (.enw)",
        _b(
            "%T First\n%0 Journal Article\n%A Low, Ann\n%A World Health Organization,\n%J Wards\n%D 2001\n%V 3\n%N 2\n%P 1-9\n"
            "%@ 1234-5678\n%R 10.1000/e.1\n%X One\n\ntwo.\n%K a\nb\n\n%0 Book\n%T Second\n%@ 978-3-16-148410-0\n%D 2002\n"
            "%0 Thesis\n%T Third\n%D 2003"
        ).replace(b"\n", b"\r\n"),
        (
            {
                "title": "First", "authors": "Low, Ann; World Health Organization", "keywords": "a; b",
                "group_authors": "World Health Organization", "abstract": "One\ntwo.", "doi": "10.1000/e.1",
                "container": "Wards", "pages": "1-9", "issn": "1234-5678",
            },
            {"title": "Second", "isbn": "9783161484100", "issn": "", "pub_type": "Book"},
            {"title": "Third", "year": "2003"},
        ),
    ),
)  # fmt: skip
