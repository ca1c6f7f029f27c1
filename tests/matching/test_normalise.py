from __future__ import annotations

import numpy as np
import pytest

from metaethno.matching.compare import EQUAL, EXTRA, REWORDED, SUBTITLE, TYPING, difference, same_container
from metaethno.matching.normalise import (
    FLAGS,
    dois_of,
    families,
    flags_of,
    is_brief,
    is_generic,
    loose_doi,
    names_container,
    pages_of,
    plain_title,
    without_heading,
)


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
    ("left", "right", "level", "contrast", "held"),
    [
        ("living with pain", "living withpain", EQUAL, False, True),
        ("randomised trial of hydrotherapy", "randomized trial of hydrotherapy", TYPING, False, True),
        ("accounts of men with cancer", "accounts of women with cancer", REWORDED, True, False),
        ("living with diabetes type 1 in leeds", "living with diabetes type 2 in leeds", REWORDED, True, False),
        ("care of patinets in leeds", "care of patients in leeds", TYPING, False, True),
        ("formal care in leeds", "informal care in leeds", REWORDED, False, False),
        ("hypoglycaemia in leeds today", "hyperglycaemia in leeds today", REWORDED, False, False),
        (
            "living with pain in old age in leeds",
            "living with pain in old age in leeds an ethnography",
            SUBTITLE,
            False,
            True,
        ),
        ("living with pain in old age in leeds", "living with pain in old age in leeds part 2", SUBTITLE, True, True),
        ("living with pain in old age in leeds", "living with pain in old age in leeds 2", SUBTITLE, True, True),
        ("living with pain in old age in leeds", "living with pain in old age in leeds 1", SUBTITLE, False, True),
        (
            "living with pain in old age in leeds",
            "ethnography of living with pain in old age in leeds",
            EXTRA,
            False,
            True,
        ),
        ("living with pain in leeds now", "living with chest pain in leeds now", EXTRA, False, False),
        ("living with pain in leeds now", "living with pain in leeds now 2", EXTRA, True, False),
    ],
)
def test_what_differs_between_titles(left, right, level, contrast, held):
    assert difference(left, right) == difference(right, left) == (level, contrast, held)


def test_authors_in_any_form():
    assert families("Smith, J. A.; van der Berg, Anna")[:2] == ("smith", "berg smith")
    assert families("Smith J.A.; Anna van der Berg")[:2] == ("smith", "berg smith")
    assert families("García-Molina, Hector")[0] == families("GARCIA-MOLINA, H.")[0]
    assert families("Anonymous")[0] == ""


def test_pages_are_expanded_and_dates_of_spreadsheets_are_none():
    assert pages_of("454-81") == pages_of("454--481") == ("454", "481")
    assert pages_of("S12-S15") == ("12", "15")
    assert pages_of("01-Oct") == ("", "")
    assert pages_of("233-238+230-235") == pages_of("230-5, 246-51, 233-8") == ("230", "235")


def test_dois_in_any_form():
    assert dois_of("http://dx.doi.org/10.1016/S1567-5688%2809%2970810-4") == ["10.1016/s1567-5688(09)70810-4"]
    assert dois_of("10.1000/A;10.1000/b") == ["10.1000/a", "10.1000/b"]


def test_generic_titles():
    assert is_generic("editorial")
    assert is_generic("editors comments 2015")
    assert not is_generic("living with pain in leeds")
    assert not is_generic("quo vadis tam")
    assert is_brief("quo vadis tam")
    assert not is_brief("living with pain in leeds")


def test_a_title_that_is_the_name_of_its_journal():
    names = ["journal of the association for information", "j ournal of the a i s ssociation", "living with pain"]
    found = names_container(np.array(names, dtype=object), np.array(["journal association information systems"] * 3))
    assert found.tolist() == [True, False, False]


def test_dois_whose_letters_have_moved():
    assert loose_doi("10.17705/jais1.00483") == loose_doi("10.17705/1jais.00483")
    assert loose_doi("10.17705/1jais.00484") != loose_doi("10.17705/1jais.00483")
    assert loose_doi("10.5555/pain") == ""


def test_a_title_that_stands_twice_and_a_heading():
    once = "Living with pain in Leeds and elsewhere"
    assert plain_title(once + once) == plain_title(f"{once} {once}") == plain_title(once)
    assert plain_title("Ha ha") == "ha ha"
    assert without_heading("Review article: " + once) == plain_title(once)
    assert without_heading("Part 2: " + once) == without_heading("Women: " + once) == ""


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
        ("Living with pain (Pain Care (2009) 36 (542-544))", "", "erratum"),
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
        ("icis digital future", "international conference information systems", 2),
        ("vldb j", "very large data bases", 0),
    ],
)
def test_journals_and_their_abbreviations(left, right, same):
    assert same_container(left, right) == same_container(right, left) == same
