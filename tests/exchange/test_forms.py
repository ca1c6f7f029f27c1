"""Phases 4 to 6 by spreadsheets alone: five studies related, translated and argued from; and every way to err."""

from __future__ import annotations

import copy
import io
import shutil

import hypothesis  # noqa: F401 - the commands put None in its place where nobody has loaded it
import pytest
from tests.forms_world import Filled, review, table
from tests.voting_world import command
from tests.worlds import write_rows

from metaethno.exchange import arguing, cards, relating, translating
from metaethno.exchange.workbook import Field, Options, Sheet

MARKS = {"relating": relating.marks(), "translation": translating.marks(), "synthesis": arguing.marks()}


class Work:
    def __init__(self, root, monkeypatch, capsys):
        self.root, self.monkeypatch, self.capsys = root, monkeypatch, capsys

    def run(self, *words, code=0):
        self.capsys.readouterr()
        got = command(self.root, *words, monkeypatch=self.monkeypatch)
        said = "".join(self.capsys.readouterr())
        assert got == code, said
        return said

    def todo(self, stage, *words, who="ann"):
        said = self.run("todo", stage, "--reviewer", who, *words)
        if said.startswith("Nothing"):
            return None
        return Filled(self.root / said.split(": ")[0], MARKS[stage])

    def enter(self, stage, form, *words, who="ann", code=0):
        path = form.save() if isinstance(form, Filled) else form
        return self.run("enter", stage, path, "--reviewer", who, "--date", "2024-05-06", *words, code=code)

    def table(self, name):
        return table(self.root, name)

    def bytes(self):
        return {p.name: p.read_bytes() for p in (self.root / "data/decisions").rglob("*.csv")}


@pytest.fixture
def work(tmp_path, monkeypatch, capsys):
    return Work(review(tmp_path), monkeypatch, capsys)


_KEPT: dict[str, object] = {}


def kept(make):
    """Make a state once, and copy it for the other tests: each command checks all tables, which takes its time."""

    def take(work):
        if make.__name__ not in _KEPT:
            form = make(work)
            home = work.root.parent / f"{work.root.name}-{make.__name__}"
            shutil.copytree(work.root, home)
            _KEPT[make.__name__] = (home, form.sheets, form.path.relative_to(work.root))
            return form
        home, sheets, path = _KEPT[make.__name__]
        shutil.rmtree(work.root)
        shutil.copytree(home, work.root)
        form = Filled.__new__(Filled)
        form.path, form.sheets = work.root / path, copy.deepcopy(sheets)
        return form

    return take


@kept
def related(work):
    """Two groups; Fir and Oak are in both, one as its main group."""
    form = work.todo("relating")
    form.free("Groups", "group id", name_of_the_group="Faces", why_these_belong_together="all speak of a front")
    form.free("Groups", "group id", name_of_the_group="Fatigue", why_these_belong_together="what the work wears down")
    for name, main, further in (
        ("Ash", "Faces", "Fatigue"),
        ("Bay", "Faces", ""),
        ("Elm", "Fatigue", ""),
        ("Fir", "faces", ""),
        ("Oak", "Faces", ""),
    ):
        row = form.row("Grid", study=name)
        form.set("Grid", row, main_group=main, further_groups=further, Focus=f"what {name} looks at")
    form.free(
        "Relations",
        "relation id",
        who_relates="Ash; Bay",
        how_they_relate="reciprocal",
        what_shows_it="a face and a mask",
    )
    work.enter("relating", form)
    return form


@kept
def first(work):
    """Ash is read: two new concepts, one in each group."""
    form = work.todo("translation")
    for row in form.sheets["Reading"][1]:
        form.set("Reading", row, what_the_reading_did="new")
    for term, group, name, words in (
        ("keeping face", "Faces", "The front", "A face is kept whatever is felt"),
        ("the long shift", "Fatigue", "Wear", "Care is used up by the hours"),
    ):
        row = form.row("Translate", **{"authors'_term": term, "group_of_studies": group})
        form.set("Translate", row, translate_into=f"NEW: {name}", relation="reciprocal", in_the_concept__s_terms=words)
    work.enter("translation", form)
    return form


def test_a_grid_gives_aspects_groups_members_and_relations(work):
    related(work)
    groups = {r["label"]: r["group_id"] for r in work.table("groups")}
    assert set(groups) == {"Faces", "Fatigue"}
    members = {(r["group_id"], r["member_id"]): r["primary"] for r in work.table("group_members")}
    assert members[groups["Faces"], "SAsh"] == "yes"
    assert members[groups["Fatigue"], "SAsh"] == "no"
    assert len(members) == 6
    assert {(r["study_id"], r["aspect"], r["says"]) for r in work.table("aspects")} >= {
        ("SElm", "Focus", "what Elm looks at")
    }
    (relation,) = work.table("relations")
    assert (relation["member_ids"], relation["kind"], relation["judged_by"]) == ("SAsh;SBay", "reciprocal", "ann")


def test_a_form_entered_twice_changes_nothing(work):
    for form, stage in ((related(work), "relating"), (first(work), "translation")):
        before = work.bytes()
        again = Filled(form.path, MARKS[stage]).save("again.xlsx")  # other bytes, the same words
        work.enter(stage, again)
        assert work.bytes() == before
        work.enter(stage, form.path)
        assert work.bytes() == before


def test_groups_are_renamed_and_left_and_aspects_added(work):
    related(work)
    form = work.todo("relating")
    form.set("Groups", form.row("Groups", group="Fatigue"), name_of_the_group="Wearing down")
    row = form.row("Grid", study="Ash")
    form.set("Grid", row, further_groups="", Focus="")
    form.column("Grid", "Theory (Goffman)")
    form.set("Grid", row, **{"Theory (Goffman)": "dramaturgy"})
    work.enter("relating", form)
    groups = {r["label"]: r["group_id"] for r in work.table("groups")}
    assert (groups["Wearing down"], "SAsh") not in {
        (r["group_id"], r["member_id"]) for r in work.table("group_members")
    }
    said = {(r["study_id"], r["aspect"]): r["says"] for r in work.table("aspects")}
    assert said["SAsh", "Theory (Goffman)"] == "dramaturgy"
    assert ("SAsh", "Focus") not in said


def test_the_next_study_is_the_next_in_the_order_of_reading(work):
    related(work)
    form = work.todo("translation")
    assert {row[0] for row in form.sheets["Reading"][1]} == {"Ash"}
    first(work)
    assert {row[0] for row in work.todo("translation").sheets["Reading"][1]} == {"Bay"}
    assert {row[0] for row in work.todo("translation", "--study", "elm").sheets["Reading"][1]} == {"Elm"}
    assert {row[0] for row in work.todo("translation", who="ben").sheets["Reading"][1]} == {"Ash"}


def test_the_order_of_reading_knows_the_years_that_were_extracted(work):
    # They stand in the ledger of the extraction form, and count before the cells of studies.csv.
    related(work)
    years = {"SAsh": "2020", "SBay": "2021", "SElm": "1999"}
    write_rows(
        work.root,
        "extraction_values",
        [
            {"value_id": f"E{n}", "study_id": study, "field": "data_collection_start", "value": year,
             "role": "extractor", "reviewer": "ann", "decided_on": "2024-01-02"}
            for n, (study, year) in enumerate(years.items())
        ],
    )  # fmt: skip
    assert {row[0] for row in work.todo("translation").sheets["Reading"][1]} == {"Elm"}


def test_a_reviewers_own_words_are_not_shown_as_a_quotation(work):
    related(work)
    path = work.root / "data/decisions/passages.csv"
    path.write_text(path.read_text().replace('"I smile, whatever comes",participant', "They smile,review_author"))
    form = work.todo("translation")
    row = form.row("Translate", **{"authors'_term": "keeping face"})
    assert row[form.column("Translate", "quotation")] == "They smile"


def test_the_form_shows_quotation_place_and_the_running_set(work):
    related(work)
    first(work)
    form = work.todo("translation")
    row = form.row("Translate", **{"authors'_term": "the mask"})
    assert row[form.column("Translate", "quotation")] == "“You wear it like the uniform”"
    assert row[form.column("Translate", "where")] == "Bay 2005, p. 11"
    concept = form.row("Concepts", concept="The front")
    assert concept[form.column("Concepts", "its meaning so far")] == "A face is kept whatever is felt"
    assert concept[form.column("Concepts", "translated into it")] == "Ash: ‘keeping face’"
    with pytest.raises(AssertionError):
        form.row("Concepts", concept="Wear")  # of the other group, to which Bay doesn't belong


def test_one_form_brings_readings_translations_and_concepts(work):
    related(work)
    first(work)
    concepts = {r["label"]: r for r in work.table("concepts")}
    assert concepts["The front"]["definition"] == "A face is kept whatever is felt"
    assert concepts["The front"]["status"] == "provisional"
    translations = {r["construct_id"]: r for r in work.table("translations")}
    one = translations["KAsh1"]
    assert (one["concept_id"], one["kind"], one["status"]) == (
        concepts["The front"]["concept_id"],
        "reciprocal",
        "provisional",
    )
    assert (one["translators"], one["mode"], one["translated_on"]) == ("ann", "apart", "2024-05-06")
    assert {(r["study_id"], r["outcome"], r["pass"], r["position"]) for r in work.table("readings")} == {
        ("SAsh", "new", "1", "1")
    }
    assert [r["change"] for r in work.table("concept_changes")] == ["make", "make"]


def test_together_with_makes_one_translation_of_two(work):
    related(work)
    form = work.todo("translation")
    for row in form.sheets["Reading"][1]:
        form.set("Reading", row, what_the_reading_did="new", together_with="Ben", refutation="none found")
    row = form.row("Translate", **{"authors'_term": "keeping face", "group_of_studies": "Faces"})
    form.set("Translate", row, translate_into="NEW: Front", relation="reciprocal", in_the_concept__s_terms="words")
    work.enter("translation", form)
    (one,) = work.table("translations")
    assert (one["translators"], one["mode"]) == ("ann;ben", "together")
    assert {r["searched_by"] for r in work.table("refutation_checks")} == {"ann;ben"}
    assert len(work.table("refutation_checks")) == 2
    assert {row[0] for row in work.todo("translation", who="ben").sheets["Reading"][1]} == {"Bay"}


def put_bay(work, **concept):
    form = work.todo("translation")
    form.set("Reading", form.sheets["Reading"][1][0], what_the_reading_did="extends")
    row = form.row("Translate", **{"authors'_term": "the mask"})
    form.set(
        "Translate", row, translate_into="The front", relation="reciprocal", in_the_concept__s_terms="a mask is worn"
    )
    if concept:
        form.set("Concepts", form.row("Concepts", concept="The front"), **concept)
    return form


def test_a_concept_is_renamed_and_reworded_with_its_trail(work):
    related(work)
    first(work)
    form = put_bay(
        work, change="rename", new_name="The worn face", new_meaning="A face is put on", why_it_changes="mask"
    )
    work.enter("translation", form)
    concept = next(r for r in work.table("concepts") if r["label"] == "The worn face")
    assert concept["definition"] == "A face is put on"
    trail = {(r["change"], r["before"], r["after"]) for r in work.table("concept_changes") if r["change"] != "make"}
    assert trail == {
        ("rename", "The front", "The worn face"),
        ("reword", "A face is kept whatever is felt", "A face is put on"),
    }
    assert {r["construct_id"] for r in work.table("translations") if r["concept_id"] == concept["concept_id"]} == {
        "KAsh1",
        "KBay1",
    }
    before = work.bytes()
    work.enter("translation", Filled(form.path, MARKS["translation"]).save("other.xlsx"))
    assert work.bytes() == before


def test_a_merge_takes_the_translations_along_and_a_split_asks_for_them_anew(work):
    related(work)
    first(work)
    form = put_bay(work)
    row = form.row("Translate", **{"authors'_term": "the mask"})
    form.set("Translate", row, translate_into="NEW: The mask")
    work.enter("translation", form)
    form = work.todo("translation", "--study", "Fir")
    form.set("Reading", form.sheets["Reading"][1][0], what_the_reading_did="fits")
    form.set("Translate", form.sheets["Translate"][1][0], translate_into="The mask", relation="reciprocal")
    form.set(
        "Concepts", form.row("Concepts", concept="The mask"), change="merge", into="The front", why_it_changes="one"
    )
    work.enter("translation", form)
    concepts = {r["label"]: r for r in work.table("concepts")}
    assert concepts["The mask"]["status"] == "dropped"
    into = {
        r["construct_id"]
        for r in work.table("translations")
        if r["concept_id"] == concepts["The front"]["concept_id"] and r["status"] != "rejected"
    }
    assert into == {"KAsh1", "KBay1", "KFir1"}
    before = work.bytes()
    work.enter("translation", Filled(form.path, MARKS["translation"]).save("other.xlsx"))
    assert work.bytes() == before
    form = work.todo("translation", "--study", "Oak")
    form.free("Concepts", "concept id", new_name="Kept up", new_meaning="before patients")
    form.set(
        "Concepts",
        form.row("Concepts", concept="The front"),
        change="split",
        into="Kept up; NEW: Let down",
        new_meaning="among colleagues",
        why_it_changes="two places",
    )
    form.set("Reading", form.sheets["Reading"][1][0], what_the_reading_did="extends")
    form.set("Translate", form.sheets["Translate"][1][0], translate_into="NEW: Let down", relation="reciprocal")
    work.enter("translation", form)
    concepts = {r["label"]: r for r in work.table("concepts")}
    assert concepts["The front"]["status"] == "dropped"
    assert concepts["Let down"]["definition"] == "among colleagues"
    gone = [r for r in work.table("translations") if r["concept_id"] == concepts["The front"]["concept_id"]]
    assert {(r["status"], r["reason"]) for r in gone} == {("rejected", "the concept was split: two places")}
    # The next form asks for those that nothing stands for now.
    rows = work.todo("translation").sheets["Translate"]
    asked = {row[rows[0].index("construct id")] for row in rows[1]}
    assert {"KAsh1", "KBay1", "KFir1"} <= asked


def test_a_construct_that_goes_into_another_concept_keeps_the_earlier_translation_as_rejected(work):
    related(work)
    first(work)
    form = work.todo("translation", "--study", "Ash")
    row = form.row("Translate", **{"authors'_term": "keeping face", "group_of_studies": "Faces"})
    assert row[form.column("Translate", "translate into")] == "The front"
    form.set("Translate", row, translate_into="NEW: The smile")
    form.set("Reading", form.row("Reading", group="Faces"), what_the_reading_did="extends")
    work.enter("translation", form)
    said = {r["status"]: r["reason"] for r in work.table("translations") if r["construct_id"] == "KAsh1"}
    assert said == {"provisional": "", "rejected": "translated into “The smile” instead"}
    assert sorted(r["pass"] for r in work.table("readings")) == ["1", "1", "2"]


def test_what_cannot_be_translated_is_set_aside_with_a_reason(work):
    related(work)
    form = work.todo("translation")
    for row in form.sheets["Reading"][1]:
        form.set("Reading", row, what_the_reading_did="read, nothing there")
    for row in form.sheets["Translate"][1]:
        form.set("Translate", row, translate_into="(set aside)", why="another question")
    work.enter("translation", form)
    aside = {r["construct_id"]: (r["status"], r["reason"]) for r in work.table("constructs")}
    assert aside["KAsh1"] == ("set_aside", "another question")
    assert {r["outcome"] for r in work.table("readings")} == {"nothing"}


def test_a_refutation_is_entered_with_its_content_and_changed_later(work):
    related(work)
    first(work)
    form = work.todo("translation", "--study", "Elm")
    form.set("Reading", form.sheets["Reading"][1][0], what_the_reading_did="refutes", refutation="found")
    row = form.row("Translate", **{"authors'_term": "letting go"})
    form.set("Translate", row, translate_into="Wear", relation="refutational")
    form.free(
        "Refutations",
        "refutation id",
        one_side="Elm: letting go",
        other_side="Ash: the long shift",
        about_what="what feeling costs",
    )
    work.enter("translation", form)
    (one,) = work.table("refutations")
    assert (one["left_id"], one["right_id"], one["resolution"]) == ("KElm2", "KAsh2", "")
    form = work.todo("translation", "--study", "Elm")
    form.set("Refutations", form.row("Refutations", about_what="what feeling costs"), how_it_is_resolved="it depends")
    work.enter("translation", form)
    (one,) = work.table("refutations")
    assert one["resolution"] == "it depends"


def test_two_translators_apart_are_compared_and_settled(work):
    related(work)
    first(work)
    form = work.todo("translation", who="ben")
    for row in form.sheets["Reading"][1]:
        form.set("Reading", row, what_the_reading_did="new")
    row = form.row("Translate", **{"authors'_term": "keeping face", "group_of_studies": "Faces"})
    form.set("Translate", row, translate_into="NEW: Hiding", relation="reciprocal", in_the_concept__s_terms="hidden")
    row = form.row("Translate", **{"authors'_term": "the long shift", "group_of_studies": "Fatigue"})
    form.set("Translate", row, translate_into="Wear", relation="reciprocal", in_the_concept__s_terms="worn")
    work.enter("translation", form, who="ben")
    # Both found the same: one reading by both.
    standing = [r for r in work.table("readings") if r["supersedes"]]
    assert {r["readers"] for r in standing} == {"ann;ben"}
    form = work.todo("translation", "--as", "adjudicator")
    assert [row[1] for row in form.sheets["Settle"][1]] == ["ann", "ben"]
    for row, keep in zip(form.sheets["Settle"][1], ("no", "yes"), strict=True):
        form.set("Settle", row, keep=keep, why_this_one="hiding is what she says")
    work.enter("translation", form)
    said = {
        r["translators"]: (r["status"], r["reason"]) for r in work.table("translations") if r["construct_id"] == "KAsh1"
    }
    assert said == {
        "ann": ("rejected", "settled by ann: hiding is what she says"),
        "ben": ("accepted", "settled by ann: hiding is what she says"),
    }
    assert work.todo("translation", "--as", "adjudicator") is None


def test_every_problem_is_told_at_once_with_sheet_and_cell_and_nothing_is_entered(work):
    related(work)
    first(work)
    before = work.bytes()
    form = put_bay(work, change="merge", into="Nowhere")
    form.set("Reading", form.sheets["Reading"][1][0], what_the_reading_did="perhaps", together_with="Zoe")
    row = form.row("Translate", **{"authors'_term": "the mask"})
    form.set("Translate", row, translate_into="The frnt", relation="", standing="rejected")
    said = work.enter("translation", form, code=1)
    for part in (
        "[Reading]",
        "(cell C2)",
        "'perhaps'",
        "'Zoe'",
        "[Translate]",
        "'The frnt'",
        "Did you mean 'The front'",
        "[Concepts]",
        "'Nowhere'",
        "say why: merge",
        "say why it is rejected",
    ):
        assert part in said, part
    assert work.bytes() == before


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"translate_into": ""}, "say into which concept"),
        ({"translate_into": "NEW: The front"}, "there is a concept 'The front' already"),
        ({"translate_into": "NEW:"}, "needs a name"),
        ({"translate_into": "NEW: Other", "in_the_concept__s_terms": ""}, "needs a meaning"),
        ({"translate_into": "(set aside)"}, "say why"),
        ({"translate_into": "Wear"}, "concept of another group"),
        ({"compared_with": "Nobody: nothing"}, "none of the names"),
        ({"construct_id": ""}, "doesn't say what it is about"),
    ],
)
def test_a_wrong_row_is_refused(work, cells, said):
    related(work)
    first(work)
    before = work.bytes()
    form = put_bay(work)
    form.set("Translate", form.row("Translate", **{"authors'_term": "the mask"}), **cells)
    assert said in work.enter("translation", form, code=1)
    assert work.bytes() == before


def test_a_translation_without_what_the_reading_did_is_refused(work):
    related(work)
    first(work)
    form = put_bay(work)
    form.set("Reading", form.sheets["Reading"][1][0], what_the_reading_did="")
    assert "say what reading Bay did" in work.enter("translation", form, code=1)
    form.set("Reading", form.sheets["Reading"][1][0], what_the_reading_did="nothing")
    assert "1 constructs are translated" in work.enter("translation", form, code=1)


def test_what_somebody_changed_meanwhile_is_not_overwritten(work):
    related(work)
    first(work)
    mine = put_bay(work, change="rename", new_name="Mine", why_it_changes="because")
    theirs = work.todo("translation", who="ben")
    row = theirs.row("Concepts", concept="The front")
    theirs.set("Concepts", row, change="reword", new_meaning="theirs", why_it_changes="since")
    work.enter("translation", theirs, who="ben")
    before = work.bytes()
    assert "somebody changed this" in work.enter("translation", mine, code=1)
    assert work.bytes() == before


def test_nobody_enters_anothers_form_and_no_other_file_is_taken(work):
    related(work)
    form = first(work)
    assert "written for ann" in work.enter("translation", form, who="ben", code=1)
    other = work.todo("relating")
    assert "is no form of translation" in work.enter("translation", other, code=1)
    assert "ME0495" in work.run("todo", "translation", "--reviewer", "ann", "--to", "csv", code=2)
    assert "ME0495" in work.run("todo", "screening", "--reviewer", "ann", "--docx", code=2)
    assert "there is nobody called" in work.run("todo", "translation", "--reviewer", "zoe", code=2)


def test_phase_five_waits_for_phase_four(work):
    assert "metaethno todo relating" in work.run("todo", "translation", "--reviewer", "ann", code=1)
    assert "metaethno todo translation" not in work.run("todo", "relating", "--reviewer", "ann")


def test_a_word_document_does_what_a_workbook_does(work, tmp_path_factory):
    related(work)
    other = tmp_path_factory.mktemp("other") / "review"
    shutil.copytree(work.root, other)
    first(work)
    twin = Work(other, work.monkeypatch, work.capsys)
    said = twin.run("todo", "translation", "--reviewer", "ann", "--docx")
    path = other / said.split(": ")[0]
    assert path.suffix == ".docx"
    form = Filled(path, MARKS["translation"])
    for row in form.sheets["Reading"][1]:
        form.set("Reading", row, what_the_reading_did="new")
    for term, group, name, words in (
        ("keeping face", "Faces", "The front", "A face is kept whatever is felt"),
        ("the long shift", "Fatigue", "Wear", "Care is used up by the hours"),
    ):
        row = form.row("Translate", **{"authors'_term": term, "group_of_studies": group})
        form.set("Translate", row, translate_into=f"NEW: {name}", relation="reciprocal", in_the_concept__s_terms=words)
    form.save()
    twin.run("enter", "translation", path, "--reviewer", "ann", "--date", "2024-05-06")
    for name, key in (("translations", "translation_id"), ("readings", "reading_id"), ("concepts", "concept_id")):
        random = {key, "concept_id"}
        left, right = (
            [sorted((k, v) for k, v in r.items() if k not in random) for r in w.table(name)] for w in (work, twin)
        )
        assert sorted(left) == sorted(right), name


def test_cards_keep_every_text(tmp_path):
    odd = ["=1+1", 'quoted "x" & <b>', "two\nlines", "", "ümlaut ’ –"]
    fields = [Field("name"), Field("fill", fill_in=True, options=Options({"a": "A & B"})), Field("kept", hidden=True)]
    made = cards.write([Sheet("One", fields, [[text, text, text] for text in odd])])
    ((name, rows),) = list(cards.read(made))
    assert name == "One"
    heads = [c.text for c in rows[0][1]]
    assert [
        [dict(zip(heads, (c.text for c in row), strict=True))[h] for h in ("name", "fill", "kept")]
        for _, row in rows[1:]
    ] == [[t, t, t] for t in odd]


def test_a_word_document_is_one_that_python_docx_opens():
    docx = pytest.importorskip("docx")
    fields = [Field("name"), Field("fill", fill_in=True, options=Options({"a": "A"}))]
    made = cards.write([Sheet("One", fields, [["n", "f"]])])
    document = docx.Document(io.BytesIO(made))
    assert [cell.text for row in document.tables[0].rows for cell in row.cells][:1] == ["name"]


def test_a_line_of_argument_by_a_form(work):
    related(work)
    first(work)
    form = work.todo("synthesis")
    form.free(
        "Third-order constructs",
        "third order id",
        **{"third-order_construct": "A kept distance"},
        what_it_says="The front guards what is left",
        where_it_is_from="from the studies",
        it_rests_on="The front",
    )
    form.sheets["Third-order constructs"][1].append([""] * 8)
    form.set("Third-order constructs", form.sheets["Third-order constructs"][1][-1], it_rests_on="Wear")
    form.free(
        "Line of argument",
        "step id",
        step="1",
        what_the_step_says="Distance is kept",
        the_step_rests_on="A kept distance",
    )
    work.enter("synthesis", form)
    (third,) = work.table("third_order")
    concepts = {r["concept_id"] for r in work.table("concepts")}
    assert {r["supported_by"] for r in work.table("third_order_support")} == concepts
    (link,) = work.table("line_of_argument_support")
    assert link["supported_by"] == third["third_order_id"]
    before = work.bytes()
    work.enter("synthesis", Filled(form.path, MARKS["synthesis"]).save("again.xlsx"))
    assert work.bytes() == before
    # One support is taken away, the step reworded.
    form = work.todo("synthesis")
    form.set("Third-order constructs", form.row("Third-order constructs", it_rests_on="Wear"), it_rests_on="")
    form.set("Line of argument", form.row("Line of argument", step="1"), what_the_step_says="Distance is work")
    work.enter("synthesis", form)
    assert len(work.table("third_order_support")) == 1
    assert [r["statement"] for r in work.table("line_of_argument")] == ["Distance is work"]
    before = work.bytes()
    form = work.todo("synthesis")
    form.set("Line of argument", form.row("Line of argument", step="1"), step="one", the_step_rests_on="Nothing")
    said = work.enter("synthesis", form, code=1)
    assert "no place in the argument" in said
    assert "'Nothing'" in said
    assert work.bytes() == before


def test_why_shows_what_a_concept_rests_on_by_its_name_and_a_passage_upwards(work):
    related(work)
    first(work)
    said = work.run("why", "the front")
    assert "“I smile, whatever comes”" in said
    assert "p. 3" in said
    concept = next(r["concept_id"] for r in work.table("concepts") if r["label"] == "The front")
    assert concept in work.run("why", "PAsh1")
    for words in ("smile, whatever", "“I smile, whatever comes”"):
        assert concept in work.run("why", words), "by the words of the quotation"
