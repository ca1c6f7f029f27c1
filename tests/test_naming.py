"""What people call things is found in one way, and never guessed."""

import pytest

from metaethno.errors import UserError
from metaethno.naming import Named, fitting, meant

KNOWN = [
    Named("C1", "Silence as care", "concept"),
    Named("C2", "Silence", "concept"),
    Named("K1", "Silence as care", "construct"),
    Named("S1", "Doe 2015", "study"),
    Named("A1", "Doe 2015", "report"),
    Named("L1", "step 1", "step of the argument"),
    Named("L1", "Silence comes first", "step of the argument"),
]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("c1", ["C1"]),  # an id
        ("silence", ["C2"]),  # a whole name, though it is a part of others
        (" SILENCE  as care ", ["C1", "K1"]),
        ("doe 2015", ["S1"]),  # the study, not its report
        ("comes first", ["L1"]),  # a part of one name
        ("Step 1", ["L1"]),
        ("nothing", []),
        ("", []),
        ("  ", []),
    ],
)
def test_an_id_then_a_name_then_a_part_of_one(words, found):
    assert [one.id for one in fitting(KNOWN, words)] == found


def test_a_part_of_a_name_will_do_only_where_that_is_allowed():
    assert fitting(KNOWN, "comes first", parts=False) == []


def test_what_is_meant_is_one_thing_or_a_message_with_the_choices():
    assert meant(KNOWN, "Doe 2015", "ME0606", "study", "").id == "S1"
    with pytest.raises(UserError, match=r"means several things(.|\n)*'Silence as care' \(construct, K1\)"):
        meant(KNOWN, "silence as care", "ME0606", "concept", "")
    with pytest.raises(UserError, match="Did you mean 'Doe 2015'"):
        meant(KNOWN, "Do 2015", "ME0603", "study", "")
