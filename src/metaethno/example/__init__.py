"""The worked example's database exports, at the scale of the paper.

`build()` returns the bytes of nine files, `write(root)` puts those that are missing under a review's root, and
`truth()` says for every row which publication it shows. Nothing else in the program may read `truth`: it is for tests
and for the re-enacted decisions.

What is real
    The bibliographic data of the 13 included articles (`articles.csv`, each value with its provenance; unknown stays
    empty), the number of records of each database on 2018-12-11 and of distinct records in all (`counts.csv`), and
    the number of full texts excluded for each reason (`fulltexts.csv`). All are from McMahon 2022,
    doi 10.1057/s41285-022-00176-6.

What is a stand-in
    Every other record, with its title, authors, journal, DOI (test prefix 10.5555) and ISSN (9999 and 9998 are not
    given out); all accession numbers, those of the real articles included (from ranges that no database has given
    out); which database shows which article; all counts of 2020-05-22, which the paper doesn't print; how the
    excluded full texts split over the two intakes. Each stand-in is marked in a field of its export's own: `FX`
    (Web of Science), `N1` (Ovid, EBSCO and Zotero RIS), `Keywords` (EBSCO CSV). There are no abstracts. A05 is
    listed with the volume and pages that it got in print in 2022, although its row is of May 2020.

How it is made
    1. `entities` and `traps` make publications: the articles, full texts, ordinary records, groups that look alike
       and must not be merged, and pairs that only a person can settle.
    2. `world` deals them out to databases and runs so that each file has exactly its number of rows and the first run
       exactly its number of publications; it also decides what vanishes, what is indexed late, and what one
       database holds twice, and gives accession numbers.
    3. `rows` draws how a database shows a publication (case, punctuation, spelling, diacritics, subtitle, names,
       abbreviations, pages, missing DOI, early view) and what a rerun shows differently.
    4. `links` proves for every publication (but the doubtful ones) that a careful rule could find its rows to
       belong together, in the first run alone and over both; where not, its rows are drawn again with lesser
       differences.
    5. `wos`, `ovid`, `ebsco` and `zotero` write each export's own syntax, in the order of its accession numbers.

All chance comes from `prng`, so that the bytes are the same on every machine and Python. `golden.csv` freezes
them; after a wanted change, `[golden_row(*item) for item in build().items()]` gives its new lines, and the `.dvc`
files of the example must follow.
"""

from metaethno.example.build import build, truth, write

__all__ = ["build", "truth", "write"]
