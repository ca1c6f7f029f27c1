from __future__ import annotations

import pytest

from metaethno.matching.compare import EQUAL, EXTRA, REWORDED, SUBTITLE, TYPING, difference, same_container
from metaethno.matching.normalise import FLAGS, dois_of, families, flags_of, is_generic, pages_of, plain_title


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Care &amp; cure: a study", "Care and Cure – A Study."),
        ("Ça va? L’état de santé", "Ca va? L'etat de sante"),
        ("RETRACTED: Living with pain in Leeds", "Living with pain in Leeds"),
        ("Living with pain in Leeds (Retracted article. See vol. 3, p. 4)", "Living with pain in Leeds"),
        ("[Living with pain in Leeds] [Review] [16 refs] [Norwegian]", "Living with pain in Leeds"),
        ("Living with pain, part II", "Living with pain: Part two"),
        ("Effects of GLP-1 in mice", "Effects of GLP1 in mice"),
        ("The role of β-cells", "Role of beta cells"),
        ("Editorial: Winners and losers in care", "Winners and losers in care"),
    ],
)
def test_titles_that_are_one(left, right):
    assert plain_title(left).replace(" ", "") == plain_title(right).replace(" ", "")


@pytest.mark.parametrize(
    ("left", "right", "level", "contrast"),
    [
        ("living with pain", "living withpain", EQUAL, False),
        ("randomised trial of hydrotherapy", "randomized trial of hydrotherapy", TYPING, False),
        ("accounts of men with cancer", "accounts of women with cancer", REWORDED, True),
        ("living with diabetes type 1 in leeds", "living with diabetes type 2 in leeds", REWORDED, True),
        ("care of patinets in leeds", "care of patients in leeds", TYPING, False),
        ("formal care in leeds", "informal care in leeds", REWORDED, False),
        ("hypoglycaemia in leeds today", "hyperglycaemia in leeds today", REWORDED, False),
        (
            "living with pain in old age in leeds",
            "living with pain in old age in leeds an ethnography",
            SUBTITLE,
            False,
        ),
        ("living with pain in leeds now", "living with chest pain in leeds now", EXTRA, False),
        ("living with pain in leeds now", "living with pain in leeds now 2", EXTRA, True),
    ],
)
def test_what_differs_between_titles(left, right, level, contrast):
    assert difference(left, right) == (level, contrast)


def test_authors_in_any_form():
    assert families("Smith, J. A.; van der Berg, Anna")[:2] == ("smith", "berg smith")
    assert families("Smith J.A.; Anna van der Berg")[:2] == ("smith", "berg smith")
    assert families("García-Molina, Hector")[0] == families("GARCIA-MOLINA, H.")[0]
    assert families("Anonymous")[0] == ""


def test_pages_are_expanded_and_dates_of_spreadsheets_are_none():
    assert pages_of("454-81") == pages_of("454--481") == ("454", "481")
    assert pages_of("S12-S15") == ("12", "15")
    assert pages_of("01-Oct") == ("", "")


def test_dois_in_any_form():
    assert dois_of("http://dx.doi.org/10.1016/S1567-5688%2809%2970810-4") == ["10.1016/s1567-5688(09)70810-4"]
    assert dois_of("10.1000/A;10.1000/b") == ["10.1000/a", "10.1000/b"]


def test_generic_titles():
    assert is_generic("editorial")
    assert is_generic("editors comments 2015")
    assert not is_generic("living with pain in leeds")


@pytest.mark.parametrize(
    ("title", "pub_type", "kind"),
    [
        ("Erratum to: Living with pain", "", "erratum"),
        ("Living with pain (vol 3, pg 4, 2001)", "", "erratum"),
        ("Living with pain", "Published Erratum", "erratum"),
        ("Retraction: Living with pain", "", "retraction"),
        ("Comment on 'Living with pain'", "", "comment"),
        ("Living with pain: authors' reply", "", "reply"),
        ("Living with pain: study protocol", "", "protocol"),
    ],
)
def test_other_kinds_of_document(title, pub_type, kind):
    assert flags_of(title, pub_type) == 1 << FLAGS.index(kind)


def test_a_retracted_article_is_an_article():
    assert flags_of("RETRACTED: Living with pain", "Journal Article; Retracted Publication") == 0


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("j sex reprod justice", "journal sexual reproductive justice", 2),
        ("vldb", "very large data bases", 2),
        ("cardiology", "cardiology", 2),
        ("journal nursing", "journal advanced nursing", 1),
        ("lancet", "sociology health illness", 0),
    ],
)
def test_journals_and_their_abbreviations(left, right, same):
    assert same_container(left, right) == same_container(right, left) == same
