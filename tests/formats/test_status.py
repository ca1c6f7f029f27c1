"""The state of publication: what a title or a type says of it, and what it does not say."""

from __future__ import annotations

import pytest

from metaethno.formats import read_bytes
from metaethno.formats.status import publication_status

STUDIES = [
    "Withdrawn adolescents in Japan: a qualitative study",
    "WITHDRAWN ADOLESCENTS: A QUALITATIVE STUDY",
    "Withdrawal of treatment in intensive care: what families say",
    "Withdrawal: living without the tablets",
    "Withdrawal and return: nurses who migrate",
    "Retraction of consent in trials",
    "Correction for attenuation",
    "Correction-based feedback on wards",
    "Correction of refractive errors among women",
]
NOTICES = {
    "RETRACTED: A ward": "retracted",
    "Retracted: A ward": "retracted",
    "[Retracted] A ward": "retracted",
    "RETRACTED ARTICLE: A ward": "retracted",
    "RETRACTED A ward": "retracted",
    "WITHDRAWN: A ward": "retracted",
    f"A ward {'and so on ' * 30}(WITHDRAWN)": "retracted",
    "A ward (Retracted article. See vol. 3, pg. 1, 2020)": "retracted",
    "Retraction: A ward": "retraction notice",
    "Retraction of: A ward": "retraction notice",
    "Retraction of “A ward”": "retraction notice",
    "Notice of Retraction: A ward": "retraction notice",
    "WITHDRAWAL: A ward": "retraction notice",
    "Withdrawal notice: A ward": "retraction notice",
    "Erratum": "erratum",
    "Erratum - A ward": "erratum",
    "Correction: A ward": "erratum",
    "Correction to: A ward": "erratum",
    "Correction for Low et al., A ward": "erratum",
    "Author Correction: A ward": "erratum",
    "Corrigendum for “A ward”": "erratum",
    "Expression of concern: A ward": "expression of concern",
}


@pytest.mark.parametrize("title", STUDIES)
def test_a_study_of_withdrawal_or_correction_is_no_notice(title: str) -> None:
    record = {"title": title, "volume": "3"}
    publication_status(record)
    assert record == {"title": title, "volume": "3", "status": "print"}


@pytest.mark.parametrize("title", NOTICES)
def test_a_notice_is_told_by_its_title(title: str) -> None:
    record = {"title": title, "volume": "3"}
    publication_status(record)
    assert record["status"] == NOTICES[title]


def test_columns_say_the_same() -> None:
    titles = [*STUDIES, *NOTICES]
    text = "".join(f"TY  - JOUR\nTI  - {title}\nVL  - 3\nER  - \n" for title in titles)
    states = read_bytes(text.encode(), "x").records["status"].tolist()
    assert states == [*(["print"] * len(STUDIES)), *NOTICES.values()]


def test_a_retracted_article_that_never_got_a_volume_is_retracted() -> None:
    wos = (
        "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Low, A\nTI A ward\nDT {}\nEA JAN 2021\nEY 2021\n"
        "UT WOS:000000000000001\nER\n\nEF\n"
    )
    scopus = (
        "Authors,Title,Year,Source title,Volume,EID,Document Type,Publication Stage\n"
        "Low A.,A ward,2021,W,,2-s2.0-1,{},aip\n"
    )
    found = [
        read_bytes(text.format(kind).encode(), "x").records["status"][0]
        for text, kind in (
            (wos, "Article; Retracted Publication; Early Access"), (wos, "Article; Early Access"),
            (scopus, "Retracted"), (scopus, "Article"), (scopus, "Erratum"),
        )
    ]  # fmt: skip
    assert found == ["retracted", "early view", "retracted", "early view", "erratum"]
