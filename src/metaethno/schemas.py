"""Every table of a review: its place, its columns, and what must hold, each in a sentence.

This is the one module that names columns. A `Table` is declared once; from the declaration come the pandera schema
that checks it (`Table.pandera`), the header line of an empty file, and the reference page. Decision tables are read
as text, so that nothing a person typed is changed before it has been checked; derived tables are typed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

ID = r"[A-Za-z][A-Za-z0-9_.-]{0,63}"
# Digits are those of ASCII: `\d` takes those of every script, which not all that reads a number later does.
DATE = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"

_PATTERNS = {
    "id": (ID, "an id: a letter, then letters, digits, '-', '_' or '.'"),
    "ids": (rf"{ID}(?:;\s*{ID})*", "one or more ids, parted by ';'"),
    "date": (DATE, "a date as YYYY-MM-DD"),
    "count": (r"[0-9]{1,15}", "a whole number"),
    "year": (r"[0-9]{4}", "a year of four digits"),
}


@dataclass(frozen=True)
class Column:
    """One column: its name, kind, and what it says.

    kind: text | id | ids | date | count | year | choice. `count` is Int64 in derived tables, else all are text.
    `refers` names `table.column` that every id in the cell must occur in. `required` cells may not be empty.
    """

    name: str
    says: str
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: str = ""

    @property
    def allowed(self) -> str:
        """What a cell may hold, in words."""
        said = (
            f"one of: {', '.join(self.choices)}" if self.kind == "choice" else _PATTERNS.get(self.kind, ("", "text"))[1]
        )
        return said if self.required else f"{said}, or empty"

    @property
    def pattern(self) -> str:
        """The regular expression that a filled cell matches as a whole; nothing, where there is none."""
        return _PATTERNS.get(self.kind, ("", ""))[0]


@dataclass(frozen=True)
class Table:
    """One table: `name`, `path` (below the review's folder; `*` for one file per reviewer or run), kind and columns.

    kind: ledger (only grows) | register (has a status; ids stay) | log (raw: search log, row register) | derived.
    `key` are the columns that together occur once, and that the table is sorted by.
    """

    name: str
    path: str
    kind: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    says: str
    open_columns: bool = field(default=False)
    # The key holds within one file only: what a search is called says nothing of another run's searches.
    key_per_file: bool = field(default=False)

    @property
    def names(self) -> list[str]:
        """Column names, in order."""
        return [c.name for c in self.columns]

    def __getitem__(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    def pandera(self) -> pa.DataFrameSchema:
        """Return the pandera schema: every check carries the sentence that a user reads when it fails.

        What it says is the law; `metaethno.holds` only knows the clear cases of it, and has to follow each change.
        """
        import pandera.pandas as pa

        typed = self.kind == "derived"
        columns: dict[str, Any] = {}
        for c in self.columns:
            if typed and c.kind == "count":
                low = pa.Check.ge(0, error=f"{c.name} must be a whole number, 0 or more")
                columns[c.name] = pa.Column("Int64", low, nullable=not c.required)
                continue
            checks = []
            if c.required:
                checks.append(pa.Check(lambda s: s.ne(""), error=f"{c.name} must not be empty"))
            if c.kind == "choice":
                options = [*c.choices, ""]
                checks.append(pa.Check.isin(options, error=f"{c.name} must be one of: {', '.join(c.choices)}"))
            elif c.kind in _PATTERNS:
                words = _PATTERNS[c.kind][1]
                checks.append(pa.Check.str_matches(rf"^(?:{c.pattern})?\Z", error=f"{c.name} must be {words}"))
            if c.kind == "date":
                checks.append(pa.Check(_are_days, error=f"{c.name} must be a day of the calendar"))
            columns[c.name] = pa.Column(str, checks, nullable=False)
        strict = not self.open_columns
        return pa.DataFrameSchema(columns, strict=strict, name=self.name)


def _are_days(cells: pd.Series) -> pd.Series:
    """Tell which cells are days of the calendar; what is no date at all is another check's business."""
    import pandas as pd

    shaped = cells.str.fullmatch(DATE)
    return ~shaped | pd.to_datetime(cells.where(shaped, ""), format="%Y-%m-%d", errors="coerce").notna()


def _c(name: str, says: str, kind: str = "text", *, req: bool = False, refers: str = "") -> Column:
    if "|" in kind:
        return Column(name, says, "choice", req, tuple(kind.split("|")), refers)
    return Column(name, says, kind, req, (), refers)


def _table(name: str, path: str, kind: str, key: str, says: str, *columns: Column, **options: bool) -> Table:
    return Table(name, path, kind, tuple(key.split()), columns, says, **options)


_WHO = "who: an id from `team` in config/review.yaml"
_WHO_ALL = "who: ids from `team` in config/review.yaml, parted by ';'"

# ---------------------------------------------------------------- what the databases gave us: data/raw/<run>/

SEARCHES = _table(
    "searches",
    "data/raw/*/searches.csv",
    "log",
    "search_id file",
    "The search log: one row per exported file; a search exported in batches has several files, one with 0 hits none.",
    _c("search_id", "id of the search", "id", req=True),
    _c("file", "name of the export, beside this table; empty where the search found nothing"),
    _c("source", "the database or other source", req=True),
    _c("platform", "the platform it was searched on"),
    _c("platform_group", "databases searched together on one platform share this word"),
    _c(
        "kind",
        "what kind of source this is",
        "database|register|citation_backward|citation_forward|hand_search|website|organisation|contact|other",
        req=True,
    ),
    _c("searched_on", "day of the search", "date", req=True),
    _c("scope", "the full strategy, or only what is new since the last run", "full|since", req=True),
    _c("strategy_version", "version of the search strategy", "id"),
    _c("hits", "hits as the database displayed them, for the whole search", "count", req=True),
    _c(
        "accepted_count",
        "the number of records a person accepts where the files hold another number",
        "count",
    ),
    _c("query_file", "file with the query as it was run, beside this table"),
    _c("limits", "limits applied"),
    _c("limits_reason", "why"),
    _c("filters", "published filters used, and how"),
    _c("supersedes", "the search this one reruns", "id"),
    _c("seed_report_ids", "for citation searching: the reports it started from", "ids"),
    _c("searched_by", _WHO),
    _c("note", "anything else"),
    key_per_file=True,
)
ROWS = _table(
    "rows",
    "data/raw/*/rows.csv",
    "log",
    "row_id",
    "The register of exported rows: an id is given once, by `metaethno import`, and never computed again.",
    _c("row_id", "id of the exported row", "id", req=True),
    _c("file_sha256", "first 16 hex digits of the SHA-256 of the file it stands in", req=True),
    _c("place", "ordinal of the record in that file, from 1", "count", req=True),
    _c("source", "the source it was exported from", req=True),
    _c("accession", "the source's own number for the record"),
    _c(
        "fingerprint",
        "first 12 hex digits of a hash of what identifies the record, where it has no accession",
    ),
)

QUOTATION_LOG = _table(
    "quotation_log",
    "data/raw/fulltext/quotations.csv",
    "log",
    "passage_id file",
    "What came of looking for passages in the stored full texts; written where the texts are, so that results are the "
    "same where they are not.",
    _c("passage_id", "the passage", "id", req=True),
    _c("passage_hash", "hash of its words and locator", req=True),
    _c("file", "the full text, in data/raw/fulltext", req=True),
    _c("file_hash", "hash of that text, as DVC keeps it", req=True),
    _c("state", "what came of it", "found|no_page|other_page|not_found|no_text|unreadable", req=True),
    _c("page", "the page it is on, or the nearest place"),
    _c("page_by", "what the named page agreed with", "label|printed|position"),
    _c("similarity", "likeness of the nearest place, 0 to 100"),
    _c("nearest", "the words there, or why the text couldn't be read"),
)

# ---------------------------------------------------------------- what people decided: data/decisions/

MANUAL_RECORDS = _table(
    "manual_records",
    "data/decisions/manual_records.csv",
    "register",
    "manual_id",
    "Single finds that no export holds.",
    _c("manual_id", "id of the record", "id", req=True),
    _c("run", "the run it is counted with (ISO date of a folder in data/raw)", "date", req=True),
    _c("source", "where it was found", req=True),
    _c("kind", "kind of source", "|".join(SEARCHES["kind"].choices), req=True),
    _c("title", "title", req=True),
    _c("authors", "authors, parted by ';'"),
    _c("year", "year of publication", "year"),
    _c("container", "journal or book"),
    _c("volume", "volume"),
    _c("issue", "issue"),
    _c("pages", "pages or article number"),
    _c("doi", "DOI"),
    _c("found_by", _WHO, "id", req=True, refers="team"),
    _c("found_on", "day", "date", req=True),
    _c("note", "anything else"),
)
DUPLICATES = _table(
    "duplicates",
    "data/decisions/duplicates.csv",
    "ledger",
    "verdict_id",
    "Verdicts on pairs of exported rows; they win over every rule.",
    _c("verdict_id", "id of this row", "id", req=True),
    _c("supersedes", "the verdict this one replaces", "id", refers="duplicates.verdict_id"),
    _c("left_row", "id of an exported row", "id", req=True, refers="rows.row_id|manual_records.manual_id"),
    _c("right_row", "id of another exported row", "id", req=True, refers="rows.row_id|manual_records.manual_id"),
    _c("verdict", "same publication or not", "same|different|related|unsure", req=True),
    _c("reviewer", _WHO, "id", req=True, refers="team"),
    _c("decided_on", "day", "date", req=True),
    _c("note", "why"),
)
_VOTE = (
    _c("vote_id", "id of this vote", "id", req=True),
    _c("supersedes", "the vote of the same person that this one replaces", "id", refers="self"),
    _c("record_id", "the record voted on", "id", req=True, refers="rows.row_id|manual_records.manual_id"),
    _c("record_hash", "hash of the title and abstract that were seen"),
    _c("reviewer", _WHO, "id", req=True, refers="team"),
    _c("role", "as one reviewer, or settling a conflict", "reviewer|adjudicator", req=True),
    _c("round", "a calibration exercise or the real thing", "calibration|main", req=True),
)
_VOTE_END = (
    _c("reasons", "ids of reasons from `exclusion_reasons` in config/review.yaml, parted by ';'", "ids"),
    _c("criteria_version", "version of the criteria that were used", "id", req=True),
    _c("decided_on", "day", "date", req=True),
    _c("note", "anything else"),
)
SCREENING = _table(
    "screening",
    "data/decisions/screening/*.csv",
    "ledger",
    "vote_id",
    "Votes on title and abstract, one file per reviewer.",
    *_VOTE,
    _c("decision", "the vote", "include|exclude|unsure", req=True),
    *_VOTE_END,
)
ELIGIBILITY = _table(
    "eligibility",
    "data/decisions/eligibility/*.csv",
    "ledger",
    "vote_id",
    "Votes on full texts, one file per reviewer.",
    *_VOTE,
    _c("decision", "the vote", "include|exclude|unsure|awaiting", req=True),
    *_VOTE_END,
)
RETRIEVAL = _table(
    "retrieval",
    "data/decisions/retrieval.csv",
    "ledger",
    "retrieval_id",
    "How each full text was asked for, and what came of it.",
    _c("retrieval_id", "id of this row", "id", req=True),
    _c("supersedes", "the row this one replaces", "id", refers="retrieval.retrieval_id"),
    _c("record_id", "the record", "id", req=True, refers="rows.row_id|manual_records.manual_id"),
    _c("asked_on", "day", "date", req=True),
    _c("route", "how: library, author, open access, ..."),
    _c("outcome", "what came of it", "obtained|requested|not_obtained", req=True),
    _c("by", _WHO, "id", req=True, refers="team"),
    _c("note", "anything else"),
)
REPORT_STUDIES = _table(
    "report_studies",
    "data/decisions/report_studies.csv",
    "register",
    "report_id study_id",
    "Which report belongs to which study; several rows where a report serves several studies.",
    _c("report_id", "id of the report", "id", req=True),
    _c("record_id", "its record", "id", req=True, refers="rows.row_id|manual_records.manual_id"),
    _c("study_id", "its study", "id", req=True, refers="studies.study_id"),
    _c(
        "role",
        "the main report, a companion, or one that only repeats another",
        "main|companion|redundant",
        req=True,
    ),
    _c("citation", "short citation, as printed in the report", req=True),
    _c("note", "anything else"),
)
BASELINE = _table(
    "baseline",
    "data/decisions/baseline.csv",
    "register",
    "release box detail",
    "Counts of released versions, written by `metaethno snapshot --release`.",
    _c("release", "tag of the released version", req=True),
    _c("box", "box of the flow; 'released_run' for a run of that version", req=True),
    _c("detail", "source or reason; the run; for previous_studies and previous_reports the id"),
    _c("unit", "what is counted", "record|report|study", req=True),
    _c("count", "number", "count", req=True),
)
STUDIES = _table(
    "studies",
    "data/decisions/studies.csv",
    "register",
    "study_id",
    "Included studies and what they were (Table 1).",
    _c("study_id", "id of the study", "id", req=True),
    _c("label", "short name", req=True),
    _c("country", "countries"),
    _c("setting", "setting"),
    _c("data_collection_start", "first year of data collection", "year"),
    _c("data_collection_end", "last year of data collection", "year"),
    _c("aim", "aim of the study"),
    _c("sample", "who took part"),
    _c("participants_n", "how many took part", "count"),
    _c("data_collection_method", "how data were collected"),
    _c("analysis", "how data were analysed"),
    _c("provenance", "where these cells are from, field by field"),
    open_columns=True,
)
EXTRACTION_VALUES = _table(
    "extraction_values",
    "data/decisions/extraction_values.csv",
    "ledger",
    "value_id",
    "What each person took out of a study for a field of the extraction form, and what was settled where two differ.",
    _c("value_id", "id of this row", "id", req=True),
    _c("supersedes", "the row that this one replaces", "id", refers="self"),
    _c("study_id", "the study", "id", req=True, refers="studies.study_id"),
    _c("field", "a field of `extraction: form` in config/review.yaml", "id", req=True),
    _c("value", "the value, or 'not reported' where the study doesn't say", req=True),
    _c("locator", "where the study says it"),
    _c("role", "taken out by one person, or settled where people differ", "extractor|consensus", req=True),
    _c("over", "for what was settled: the rows that differed", "ids", refers="self"),
    _c("reviewer", _WHO, "id", req=True, refers="team"),
    _c("decided_on", "day", "date", req=True),
    _c("note", "anything else"),
)
SAMPLING = _table(
    "sampling",
    "data/decisions/sampling.csv",
    "register",
    "study_id",
    "Where not every eligible study is synthesised: which is, and why.",
    _c("study_id", "the study", "id", req=True, refers="studies.study_id"),
    _c("richness", "how rich its data are", "thin|some|fair|rich|very_rich"),
    _c("sampled", "is it in the synthesis", "yes|no", req=True),
    _c("reason", "why", req=True),
)
PASSAGES = _table(
    "passages",
    "data/decisions/passages.csv",
    "register",
    "passage_id",
    "Places in the reports, with the words that stand there.",
    _c("passage_id", "id of the passage", "id", req=True),
    _c("report_id", "the report", "id", req=True, refers="report_studies.report_id"),
    _c("locator", "page, section or another way to find it", req=True),
    _c("text", "the words", req=True),
    _c("speaker", "whose words these are", "participant|author|review_author", req=True),
    _c("entered_by", _WHO, "id", req=True, refers="team"),
    _c("entered_on", "day", "date", req=True),
)
CONSTRUCTS = _table(
    "constructs",
    "data/decisions/constructs.csv",
    "register",
    "construct_id",
    "First- and second-order constructs, each of one study.",
    _c("construct_id", "id of the construct", "id", req=True),
    _c("study_id", "the study", "id", req=True, refers="studies.study_id"),
    _c("authors_term", "the study authors' own term, verbatim"),
    _c("label", "short name", req=True),
    _c("meaning", "what it means in that study"),
    _c("order", "participants' own (1) or the study authors' interpretation (2)", "1|2", req=True),
    _c("kind", "what it is", "concept|interpretation|metaphor", req=True),
    _c("passage_ids", "the passages it rests on", "ids", refers="passages.passage_id"),
    _c("status", "can it be translated", "translatable|not_translatable|set_aside", req=True),
    _c("reason", "why not, where it can't"),
    _c("entered_by", _WHO, "id", req=True, refers="team"),
    _c("entered_on", "day", "date", req=True),
)
LINKS = _table(
    "links",
    "data/decisions/links.csv",
    "register",
    "from_id to_id relation",
    "Relations between constructs that the studies' authors draw.",
    _c("from_id", "a construct", "id", req=True, refers="constructs.construct_id"),
    _c("to_id", "another construct", "id", req=True, refers="constructs.construct_id"),
    _c(
        "relation",
        "how the first bears on the second",
        "explains|qualifies|contradicts|part_of|leads_to",
        req=True,
    ),
    _c("passage_id", "where that is said", "id", refers="passages.passage_id"),
    _c("by", _WHO, "id", req=True, refers="team"),
)
GROUPS = _table(
    "groups",
    "data/decisions/groups.csv",
    "register",
    "group_id",
    "Groups of studies that are translated together (phase 4).",
    _c("group_id", "id of the group", "id", req=True),
    _c("label", "short name", req=True),
    _c("rationale", "why these belong together", req=True),
)
GROUP_MEMBERS = _table(
    "group_members",
    "data/decisions/group_members.csv",
    "register",
    "group_id member_id",
    "Members of the groups; a study or construct may be in several.",
    _c("group_id", "the group", "id", req=True, refers="groups.group_id"),
    _c("member_id", "a study or construct", "id", req=True, refers="studies.study_id|constructs.construct_id"),
    _c("primary", "is this its main group", "yes|no", req=True),
)
RELATIONS = _table(
    "relations",
    "data/decisions/relations.csv",
    "register",
    "relation_id",
    "How studies or constructs relate (phase 4): recorded by people, never inferred.",
    _c("relation_id", "id of the relation", "id", req=True),
    _c("group_id", "the group it is seen in", "id", refers="groups.group_id"),
    _c(
        "member_ids",
        "the studies or constructs",
        "ids",
        req=True,
        refers="studies.study_id|constructs.construct_id",
    ),
    _c("kind", "how they relate", "reciprocal|refutational|line_of_argument", req=True),
    _c("evidence", "what shows it", req=True),
    _c("judged_by", _WHO_ALL, "ids", req=True, refers="team"),
    _c("judged_on", "day", "date", req=True),
)
ASPECTS = _table(
    "aspects",
    "data/decisions/aspects.csv",
    "register",
    "study_id aspect",
    "The grid that studies are compared in (phase 4): what each study says on each aspect.",
    _c("study_id", "the study", "id", req=True, refers="studies.study_id"),
    _c("aspect", "what the studies are compared on: a focus, a concept, a theory, a setting ...", req=True),
    _c("says", "what this study says on it", req=True),
    _c("entered_by", _WHO, "id", req=True, refers="team"),
    _c("entered_on", "day", "date", req=True),
)
CONCEPTS = _table(
    "concepts",
    "data/decisions/concepts.csv",
    "register",
    "concept_id",
    "The running set of concepts that constructs are translated into (phase 5).",
    _c("concept_id", "id of the concept", "id", req=True),
    _c("group_id", "the group it belongs to", "id", refers="groups.group_id"),
    _c("label", "short name", req=True),
    _c("definition", "what it means", req=True),
    _c("status", "how firm it is", "provisional|settled|dropped", req=True),
)
CONCEPT_CHANGES = _table(
    "concept_changes",
    "data/decisions/concept_changes.csv",
    "ledger",
    "change_id",
    "The trail of the concepts: made, reworded, renamed, split, merged, dropped.",
    _c("change_id", "id of this row", "id", req=True),
    _c("change", "what was done", "make|reword|rename|split|merge|drop", req=True),
    _c("from_ids", "the concepts before; none where one was made", "ids", refers="concepts.concept_id"),
    _c("to_ids", "the concepts after", "ids", refers="concepts.concept_id"),
    _c("before", "where it was renamed or reworded: its words before"),
    _c("after", "its words after"),
    _c("why", "why", req=True),
    _c("by", _WHO_ALL, "ids", req=True, refers="team"),
    _c("changed_on", "day", "date", req=True),
)
READINGS = _table(
    "readings",
    "data/decisions/readings.csv",
    "ledger",
    "reading_id",
    "Which study was read in which order against the running synthesis, and what came of it.",
    _c("reading_id", "id of this row", "id", req=True),
    _c("supersedes", "the row this one replaces", "id", refers="readings.reading_id"),
    _c("study_id", "the study", "id", req=True, refers="studies.study_id"),
    _c("group_id", "the group it was read for", "id", req=True, refers="groups.group_id"),
    _c("pass", "first reading (1), re-reading (2), ...", "count", req=True),
    _c("position", "place in the order of reading, from 1", "count", req=True),
    _c("outcome", "what it did to the running synthesis", "found|nothing|fits|extends|refutes|new", req=True),
    _c("readers", _WHO_ALL, "ids", req=True, refers="team"),
    _c("read_on", "day", "date", req=True),
    _c("note", "anything else"),
)
TRANSLATIONS = _table(
    "translations",
    "data/decisions/translations.csv",
    "register",
    "translation_id",
    "Translations of constructs into concepts (phase 5): the long table behind the matrix.",
    _c("translation_id", "id of the translation", "id", req=True),
    _c("group_id", "the group", "id", req=True, refers="groups.group_id"),
    _c("concept_id", "the concept", "id", req=True, refers="concepts.concept_id"),
    _c("construct_id", "the construct", "id", req=True, refers="constructs.construct_id"),
    _c("kind", "how it is translated", "reciprocal|refutational", req=True),
    _c("wording", "the construct in the terms of the concept"),
    _c("compared_with", "constructs it was compared with", "ids", refers="constructs.construct_id"),
    _c("alternative_reading", "another reading that was weighed"),
    _c("status", "where it stands", "provisional|accepted|rejected", req=True),
    _c("reason", "why rejected, where it is"),
    _c("translators", _WHO_ALL, "ids", req=True, refers="team"),
    _c("mode", "did the translators work together or apart", "together|apart", req=True),
    _c("translated_on", "day", "date", req=True),
)
REFUTATIONS = _table(
    "refutations",
    "data/decisions/refutations.csv",
    "register",
    "refutation_id",
    "Where accounts contradict one another: about what, why, and how that is resolved.",
    _c("refutation_id", "id of the refutation", "id", req=True),
    _c("group_id", "the group", "id", req=True, refers="groups.group_id"),
    _c("left_id", "a study or construct", "id", req=True, refers="studies.study_id|constructs.construct_id"),
    _c("right_id", "another", "id", req=True, refers="studies.study_id|constructs.construct_id"),
    _c("aspect", "what they differ about", req=True),
    _c("explanation", "why they may differ"),
    _c("resolution", "how that is resolved"),
    _c("judged_by", _WHO_ALL, "ids", req=True, refers="team"),
    _c("judged_on", "day", "date", req=True),
)
REFUTATION_CHECKS = _table(
    "refutation_checks",
    "data/decisions/refutation_checks.csv",
    "ledger",
    "check_id",
    "That refutation was looked for in each group, and by whom.",
    _c("check_id", "id of this row", "id", req=True),
    _c("group_id", "the group", "id", req=True, refers="groups.group_id"),
    _c("outcome", "what was found", "found|none_found", req=True),
    _c("searched_by", _WHO_ALL, "ids", req=True, refers="team"),
    _c("searched_on", "day", "date", req=True),
    _c("note", "anything else"),
)
THIRD_ORDER = _table(
    "third_order",
    "data/decisions/third_order.csv",
    "register",
    "third_order_id",
    "Third-order constructs: the reviewers' own interpretations (phase 6).",
    _c("third_order_id", "id of the third-order construct", "id", req=True),
    _c("label", "short name", req=True),
    _c("statement", "what it says", req=True),
    _c(
        "source",
        "drawn from the studies, or brought by the reviewer",
        "from_studies|brought_by_reviewer",
        req=True,
    ),
    _c("theory", "the theory it leans on"),
    _c("status", "how firm it is", "provisional|settled|dropped", req=True),
)
THIRD_ORDER_SUPPORT = _table(
    "third_order_support",
    "data/decisions/third_order_support.csv",
    "register",
    "third_order_id supported_by",
    "What each third-order construct rests on.",
    _c("third_order_id", "the third-order construct", "id", req=True, refers="third_order.third_order_id"),
    _c(
        "supported_by",
        "a concept, construct or refutation",
        "id",
        req=True,
        refers="concepts.concept_id|constructs.construct_id|refutations.refutation_id",
    ),
)
LINE_OF_ARGUMENT = _table(
    "line_of_argument",
    "data/decisions/line_of_argument.csv",
    "register",
    "step_id",
    "The line of argument, step by step (phase 6).",
    _c("step_id", "id of the step", "id", req=True),
    _c("position", "place in the argument, from 1", "count", req=True),
    _c("statement", "what the step says", req=True),
    _c("theory", "the theory that orders it"),
)
LINE_OF_ARGUMENT_SUPPORT = _table(
    "line_of_argument_support",
    "data/decisions/line_of_argument_support.csv",
    "register",
    "step_id supported_by",
    "What each step of the argument rests on.",
    _c("step_id", "the step", "id", req=True, refers="line_of_argument.step_id"),
    _c(
        "supported_by",
        "a third-order construct, concept, construct or refutation",
        "id",
        req=True,
        refers="third_order.third_order_id|concepts.concept_id|constructs.construct_id|refutations.refutation_id",
    ),
)
REVIEWED = _table(
    "reviewed",
    "data/decisions/reviewed.csv",
    "ledger",
    "review_id",
    "A person has read this interpretation against this evidence.",
    _c("review_id", "id of this row", "id", req=True),
    _c("target_id", "what was read: a concept, third-order construct or step", "id", req=True),
    _c("evidence_hash", "hash of the evidence it was read against", req=True),
    _c("evidence", "that evidence, item by item with a short digest each; written by `sign`"),
    _c("reviewed_by", _WHO, "id", req=True, refers="team"),
    _c("reviewed_on", "day", "date", req=True),
)
MEMOS = _table(
    "memos",
    "data/decisions/memos.csv",
    "ledger",
    "memo_id",
    "Memos: reflexive, analytic, alternative readings, decisions of method.",
    _c("memo_id", "id of the memo", "id", req=True),
    _c("target_id", "what it is about; empty for the review as a whole", "id"),
    _c("kind", "what kind of memo", "reflexive|analytic|alternative|decision", req=True),
    _c("author", _WHO, "id", req=True, refers="team"),
    _c("written_on", "day", "date", req=True),
    _c("text", "the memo", req=True),
)
STATEMENTS = _table(
    "statements",
    "data/decisions/statements.csv",
    "ledger",
    "statement_id",
    "What a person states under their name where a program cannot judge: about a finding, or an item of a checklist.",
    _c("statement_id", "id of this row", "id", req=True),
    _c("supersedes", "the row this one replaces", "id", refers="statements.statement_id"),
    _c("code", "the check, or the item of a checklist that does not apply (`prisma-2020-12`)", "id", req=True),
    _c("ids", "what the check found it about, parted by ';', as in its table"),
    _c("text", "what the person states", req=True),
    _c("stated_by", _WHO, "id", req=True, refers="team"),
    _c("stated_on", "day", "date", req=True),
)

# ---------------------------------------------------------------- what the code makes: data/derived/

SOURCES = _table(
    "sources",
    "data/derived/1_search/sources.csv",
    "derived",
    "run search_id file",
    "Per run and file: declared and parsed counts, the fields PRISMA-S asks for, the file's hash.",
    _c("run", "ISO date of the run", "date", req=True),
    *SEARCHES.columns,
    _c("format", "the export format that was found; empty where the search found nothing"),
    _c("parsed", "records read from this file", "count", req=True),
    _c("parsed_search", "records read from all files of this search", "count", req=True),
    _c("sha256", "SHA-256 of the file; empty where the search found nothing"),
    _c("query_sha256", "SHA-256 of the query file, where there is one"),
)
SEARCH_PRISMA_S = _table(
    "search_prisma_s",
    "data/derived/1_search/prisma_s.csv",
    "derived",
    "item",
    "The 16 items of PRISMA-S as far as the search log and the settings answer them.",
    _c("item", "number", "count", req=True),
    _c("name", "name of the item", req=True),
    _c("state", "how far it is answered", "answered|partly|not_answered|not_applicable", req=True),
    _c("evidence", "table or setting that answers it"),
    _c("note", "what is missing, or why it does not apply"),
)
RECORD_COLUMNS = (
    _c("title", "title"),
    _c("authors", "'Family, Given', parted by '; '"),
    _c("year", "year of publication", "year"),
    _c("container", "journal or book"),
    _c("volume", "volume"),
    _c("issue", "issue"),
    _c("pages", "pages or article number"),
    _c("doi", "DOI, lower case, without a resolver; several parted by ';'"),
    _c("pmid", "PubMed id"),
    _c("issn", "ISSN, several parted by ';'"),
    _c("isbn", "ISBN, several parted by ';'"),
    _c("language", "language"),
    _c("pub_type", "publication type as the source has it"),
    _c("keywords", "keywords, parted by '; '"),
    _c("url", "link"),
    _c("abstract", "abstract"),
    _c("notes", "other notes of the source"),
    _c("group_authors", "those of the authors that are groups or organisations, parted by '; '"),
    _c("accessions", "numbers of the record in databases, as 'SOURCE:number', parted by '; '"),
    _c("status", "state of publication, or the kind of notice: early view, print, retracted, erratum …"),
    _c("status_of", "what a notice is about: DOI, PubMed id or citation"),
)
RECORDS = _table(
    "records",
    "data/derived/2_records/records.parquet",
    "derived",
    "row_id",
    "One row per exported record, normalised. Sorted in order of registration: by run, then file, then place.",
    _c("row_id", "id from the register of rows", "id", req=True),
    _c("run", "ISO date of the run", "date", req=True),
    _c("search_id", "the search", "id", req=True),
    _c("source", "the database or other source", req=True),
    _c("kind", "kind of source", "|".join(SEARCHES["kind"].choices), req=True),
    _c("file", "the export it stands in", req=True),
    _c("place", "ordinal in that file, from 1", "count", req=True),
    _c("part", "the file inside the export, where that is an archive"),
    _c("byte_start", "first byte of the record in the export (in the unpacked part of an archive)", "count"),
    _c("byte_end", "the byte after its last", "count"),
    _c("order", "order of registration over all runs, from 1", "count", req=True),
    _c("accession", "the source's own number"),
    *RECORD_COLUMNS,
)
UNIQUE = _table(
    "unique",
    "data/derived/3_dedupe/unique.parquet",
    "derived",
    "record_id",
    "One row per record (cluster of exported rows).",
    _c("record_id", "id of the record: the id of its earliest registered row", "id", req=True),
    _c("first_run", "the run it was first found in", "date", req=True),
    _c("last_run", "the run it was last found in", "date", req=True),
    _c(
        "origin",
        "where it is counted: databases and registers, or other methods",
        "databases|other",
        req=True,
    ),
    _c("sources", "every source that holds it, parted by ';'", req=True),
    _c("rows", "how many exported rows form it", "count", req=True),
    *RECORD_COLUMNS,
    _c("content_hash", "hash of the title and abstract that a reviewer sees", req=True),
)
MEMBERS = _table(
    "members",
    "data/derived/3_dedupe/members.parquet",
    "derived",
    "row_id",
    "Which exported rows form which record, and why.",
    _c("row_id", "the exported row", "id", req=True),
    _c("record_id", "its record", "id", req=True),
    _c("run", "run of the row", "date", req=True),
    _c("source", "source of the row", req=True),
    _c("kind", "kind of source", "|".join(SEARCHES["kind"].choices), req=True),
    _c("accession", "the source's own number"),
    _c("matched_with", "the row it was matched with first; empty for the record's earliest row"),
    _c("rule", "the rule or verdict that joined it"),
    _c("score", "likeness in per cent", "count"),
)
DEDUPE_TO_DECIDE = _table(
    "dedupe_to_decide",
    "data/derived/3_dedupe/to_decide.csv",
    "derived",
    "left_row right_row",
    "Pairs of rows that no rule settles: a person has to. Best first.",
    _c("left_row", "an exported row", "id", req=True),
    _c("right_row", "another", "id", req=True),
    _c("score", "likeness in per cent", "count", req=True),
    _c("why", "what agrees and what differs", req=True),
    *[
        _c(f"{side}_{name}", f"{name} of the {side} row")
        for name in ("title", "authors", "year", "container", "volume", "issue", "pages", "doi", "source")
        for side in ("left", "right")
    ],
)
ALIASES = _table(
    "aliases",
    "data/derived/3_dedupe/aliases.csv",
    "derived",
    "alias_id",
    "Every row id that stands for a record with another id.",
    _c("alias_id", "the row id", "id", req=True),
    _c("record_id", "the record it belongs to", "id", req=True),
)
RERUN = _table(
    "rerun",
    "data/derived/3_dedupe/rerun.csv",
    "derived",
    "run source record_id",
    "What each run after the first found, source by source.",
    _c("run", "the run", "date", req=True),
    _c("source", "the source", req=True),
    _c("record_id", "the record", "id", req=True),
    _c("state", "against all earlier runs", "new|known|changed|vanished", req=True),
    _c("changed_fields", "fields that differ from the earlier row of this source, parted by ';'"),
)
FIELD_SOURCES = _table(
    "field_sources",
    "data/derived/3_dedupe/field_sources.parquet",
    "derived",
    "record_id",
    "Where each field of a record is from: the id of the row. Only records of several rows; else it is the row itself.",
    _c("record_id", "the record", "id", req=True),
    *[_c(c.name, f"the row that the {c.name} is from; empty where no row has one", "id") for c in RECORD_COLUMNS],
)
SOURCE_COUNTS = _table(
    "source_counts",
    "data/derived/3_dedupe/source_counts.csv",
    "derived",
    "run source kind",
    "Per run and source: exported rows, how many of them are the first of their record, and how the others repeat one.",
    _c("run", "the run", "date", req=True),
    _c("source", "the source", req=True),
    _c("kind", "kind of source", "|".join(SEARCHES["kind"].choices), req=True),
    _c("rows", "exported rows", "count", req=True),
    _c("first", "rows that are the first of their record", "count", req=True),
    _c("within_source", "rows that repeat a row of the same source and run", "count", req=True),
    _c("across_sources", "rows that repeat a row of another source of the same run", "count", req=True),
    _c("earlier_run", "rows whose record was there in an earlier run", "count", req=True),
)
RELATED = _table(
    "related",
    "data/derived/3_dedupe/related.csv",
    "derived",
    "left_record right_record",
    "Records that are not the same publication and yet belong together: perhaps reports of one study.",
    _c("left_record", "a record", "id", req=True),
    _c("right_record", "another", "id", req=True),
    _c("concerns", "may both report one study, or is one a notice about the other", "study|notice", req=True),
    _c("relation", "what the two are", req=True),
    _c("said_by", "the rules, or the verdict of a person", "rules|verdict", req=True),
    _c("score", "likeness in per cent; empty where only a person saw it", "count"),
    _c("left_row", "the row of the left record that was compared", "id", req=True),
    _c("right_row", "the row of the right record", "id", req=True),
    *[
        _c(f"{side}_{name}", f"{name} of the {side} row")
        for name in ("title", "year", "container")
        for side in ("left", "right")
    ],
)
PARTED = _table(
    "parted",
    "data/derived/3_dedupe/parted.csv",
    "derived",
    "verdict_id",
    "Verdicts that part what would else be one record: decisions stay with the half they were made on.",
    _c("verdict_id", "the verdict", "id", req=True),
    _c("left_row", "the row on the left of the verdict", "id", req=True),
    _c("right_row", "the row on its right", "id", req=True),
    _c("left_record", "the record of the left row", "id", req=True),
    _c("right_record", "the record of the right row", "id", req=True),
    _c("verdict", "the verdict", "different|related|unsure", req=True),
    _c("reviewer", "whose", "id", req=True),
    _c("decided_on", "day", "date", req=True),
    _c("joined_by", "what joins the two without it", "rules|earlier verdict", req=True),
)
SCREENED = _table(
    "screened",
    "data/derived/4_screening/screened.csv",
    "derived",
    "record_id",
    "Every record with the outcome of title and abstract screening.",
    _c("record_id", "the record", "id", req=True),
    _c("first_run", "its first run", "date", req=True),
    _c("origin", "databases or other methods", "databases|other", req=True),
    _c(
        "outcome",
        "where it stands (forward: its full text is sought)",
        "forward|exclude|conflict|undecided",
        req=True,
    ),
    _c("decided_by", "who decided, parted by ';'", "ids"),
    _c("decided_on", "day of the last vote that counts", "date"),
    _c("votes", "number of votes that count", "count", req=True),
    _c("changed", "title or abstract differ from what was voted on", "yes|no", req=True),
)
SCREENING_TO_DECIDE = _table(
    "screening_to_decide",
    "data/derived/4_screening/to_decide.csv",
    "derived",
    "record_id for",
    "What is open in screening, and for whom.",
    _c("record_id", "the record", "id", req=True),
    _c("for", "who has to vote; 'adjudicator' for a conflict", req=True),
    _c(
        "why",
        "why it is open",
        "never seen|second vote|conflict|your own votes differ|changed since you voted|you were unsure"
        "|awaiting information|parted from a record that was voted on",
        req=True,
    ),
    _c("title", "title"),
    _c("year", "year"),
)
CONFLICTS = _table(
    "conflicts",
    "data/derived/4_screening/conflicts.csv",
    "derived",
    "stage record_id",
    "Votes that contradict one another and are not settled.",
    _c("stage", "where", "screening|eligibility", req=True),
    _c("record_id", "the record", "id", req=True),
    _c("votes", "who voted what, and why", req=True),
    _c("title", "title"),
)
_SHARE = "0 to 1"
AGREEMENT = _table(
    "agreement",
    "data/derived/4_screening/agreement.csv",
    "derived",
    "stage round run pair",
    "Agreement between reviewers, from first votes; coefficients are empty where they are not defined.",
    _c("stage", "where", "screening|eligibility", req=True),
    _c("round", "calibration or main", "calibration|main", req=True),
    _c("run", "the run the records were first found in, or 'all'", req=True),
    _c("pair", "the two reviewers, or 'all'", req=True),
    _c("both", "records with two votes or more", "count", req=True),
    _c("both_forward", "records that all of them would include", "count", req=True),
    _c("both_exclude", "records that all of them would exclude", "count", req=True),
    _c("agreement", f"share of pairs of votes that are alike, {_SHARE}"),
    _c("agreement_low", "lower end of its 95 % interval (Wilson 1927)"),
    _c("agreement_high", "upper end"),
    _c("expected", f"agreement that chance alone would give, as kappa reckons it, {_SHARE}"),
    _c("kappa", "Cohen's kappa (Cohen 1960); of several pairs pooled (De Vries et al. 2008)"),
    _c("kappa_low", "lower end of its 95 % interval (bootstrap over records)"),
    _c("kappa_high", "upper end"),
    _c("alpha", "Krippendorff's alpha, nominal (Krippendorff 2011)"),
    _c("alpha_low", "lower end of its 95 % interval (bootstrap over records)"),
    _c("alpha_high", "upper end"),
    _c("ac1", "Gwet's AC1 (Gwet 2008), which a skew moves less than kappa"),
    _c("prevalence", f"share of the votes that include, {_SHARE}"),
    _c("positive_agreement", f"agreement on inclusions (Cicchetti and Feinstein 1990), {_SHARE}"),
    _c("negative_agreement", f"agreement on exclusions, {_SHARE}"),
)
ASSESSED = _table(
    "assessed",
    "data/derived/5_eligibility/assessed.csv",
    "derived",
    "record_id",
    "Every report sought, with what came of it.",
    _c("record_id", "its record", "id", req=True),
    _c("first_run", "its first run", "date", req=True),
    _c("origin", "databases or other methods", "databases|other", req=True),
    _c(
        "outcome",
        "where it stands",
        "include|exclude|not_retrieved|awaiting|conflict|undecided|not_yet_retrieved",
        req=True,
    ),
    _c("reason_id", "the one reason that is counted"),
    _c("all_reasons", "every reason given, parted by ';'"),
    _c("decided_by", "who", "ids"),
    _c("decided_on", "day", "date"),
    _c("retrieval", "the best that came of asking for it", "obtained|requested|not_obtained"),
    _c("asked", "how often it was asked for", "count", req=True),
    _c("asked_of", "from whom or where, in order, parted by ';'"),
    _c("study_ids", "the studies it is linked to, parted by ';'"),
    _c("language", "language"),
    _c("fulltext", "its file in data/raw/fulltext, where DVC keeps one; several parted by ';'"),
    _c("title", "title"),
    _c("authors", "authors"),
    _c("year", "year"),
    _c("container", "journal"),
    _c("doi", "DOI"),
)
EXCLUDED = _table(
    "excluded",
    "data/derived/5_eligibility/excluded.csv",
    "derived",
    "record_id",
    "Appendix B: full texts left out, each with the reason that is counted.",
    _c("record_id", "its record", "id", req=True),
    _c("first_run", "its first run", "date", req=True),
    _c("reason_id", "reason", "id", req=True),
    _c("reason", "the reason in words", req=True),
    _c("box", "where it is counted", "excluded|not_retrieved|redundant_report", req=True),
    _c("further_reasons", "other reasons that were given and are not counted, parted by ';'"),
    _c("study_id", "for a redundant report: the study it belongs to"),
    _c("language", "language"),
    _c("authors", "authors"),
    _c("year", "year"),
    _c("title", "title"),
    _c("container", "journal"),
    _c("doi", "DOI"),
)
INCLUDED_STUDIES = _table(
    "included_studies",
    "data/derived/5_eligibility/studies.csv",
    "derived",
    "study_id report_id",
    "Included studies and their reports.",
    _c("study_id", "the study", "id", req=True),
    _c("report_id", "the report", "id", req=True),
    _c("record_id", "its record", "id", req=True),
    _c("role", "main or companion", "main|companion|redundant", req=True),
    _c("citation", "short citation", req=True),
    _c("first_run", "the run it was first found in", "date", req=True),
    _c("origin", "databases or other methods", "databases|other", req=True),
)
RELATED_REPORTS = _table(
    "related_reports",
    "data/derived/5_eligibility/related_reports.csv",
    "derived",
    "record_id related_id",
    "Reports sought, each with records that may report the same study or are notices about it.",
    _c("record_id", "a report that was sought", "id", req=True),
    _c("related_id", "the other record", "id", req=True),
    _c("concerns", "may both report one study, or is one a notice about the other", "study|notice", req=True),
    _c("relation", "what the two are", req=True),
    _c("outcome", "where the report stands", req=True),
    _c("related_outcome", "where the other stands: at full text, or else in screening", req=True),
    _c(
        "state",
        "are both linked to one study, to different ones, or is that open",
        "linked|other studies|open",
        req=True,
    ),
    _c("studies", "the studies that the two are linked to, parted by ';'"),
    _c("title", "title of the report"),
    _c("related_title", "title of the other record"),
)
FLOW = _table(
    "flow",
    "data/derived/5_eligibility/flow.csv",
    "derived",
    "view box detail run",
    "Every box of every flow diagram, by run and pooled.",
    _c("view", "the view from config/review.yaml", "id", req=True),
    _c("template", "the form of the diagram", "prisma2020|prisma2020_update|prisma2009", req=True),
    _c("box", "name of the box", "id", req=True),
    _c("detail", "source or reason id"),
    _c("run", "ISO date of a run, or 'all'", req=True),
    _c("unit", "what is counted", "record|report|study", req=True),
    _c("count", "number", "count", req=True),
)
CHECKS = _table(
    "checks",
    "data/derived/*/checks.csv",
    "derived",
    "code table ids message",
    "What a stage found that is wrong, odd or worth knowing.",
    _c("code", "stable code of the check", "id", req=True),
    _c("level", "how bad", "error|warning|note", req=True),
    _c("table", "the table", req=True),
    _c("line", "line in that table", "count"),
    _c("ids", "what it is about, parted by ';'"),
    _c("message", "what was found", req=True),
    _c("hint", "what to do"),
)
FINDINGS = _table(
    "findings",
    "data/derived/9_reports/findings.csv",
    "derived",
    "stage code file ids message",
    "What the checks of all stages found, with file and line, and what a signed statement settles of it.",
    _c("stage", "the stage that found it", req=True),
    _c("code", "stable code of the check", "id", req=True),
    _c("level", "how bad", "error|warning|note", req=True),
    _c("state", "does it stand, or did a person's statement settle it", "open|settled", req=True),
    _c("file", "the file, or the table, that it is about", req=True),
    _c("line", "line in that file", "count"),
    _c("ids", "what it is about, parted by ';'"),
    _c("message", "what was found", req=True),
    _c("hint", "what to do"),
    _c("statement", "what the person stated"),
    _c("stated_by", "who", "id"),
    _c("stated_on", "when", "date"),
)
PRISMA2020 = _table(
    "prisma2020",
    "data/derived/5_eligibility/prisma2020.csv",
    "derived",
    "box data",
    "The pooled flow in the shape of the PRISMA2020 R package's template, so that its users can draw with it.",
    _c("data", "field name of the PRISMA2020 package; 'NA' for a box that only holds a title", req=True),
    _c("node", "its node in the diagram, or 'NA'", req=True),
    _c("box", "its box in the diagram", req=True),
    _c("description", "what it is", req=True),
    _c("boxtext", "what stands in the box", req=True),
    _c("tooltips", "text shown beside it, or 'NA'", req=True),
    _c("url", "link, or 'NA'", req=True),
    _c("n", "the number; for lists 'label, number; label, number'; 'NA' where the form has none", req=True),
)
CHASED = _table(
    "chased",
    "data/derived/5_eligibility/chased.csv",
    "derived",
    "report_id direction",
    "Citation searching: which included reports its searches started from, and which not yet.",
    _c("report_id", "the report", "id", req=True),
    _c("record_id", "its record", "id", req=True),
    _c("citation", "short citation", req=True),
    _c("direction", "its references, or what cites it", "backward|forward", req=True),
    _c("state", "has a search started from it", "chased|not_yet", req=True),
    _c("runs", "the runs of these searches, parted by ';'"),
    _c("searches", "the searches, parted by ';'"),
)
CHARACTERISTICS = _table(
    "characteristics",
    "data/derived/6_extraction/characteristics.csv",
    "derived",
    "position",
    "Table 1: the included studies by year of data collection.",
    _c("position", "place in the table", "count", req=True),
    _c("study_id", "the study", "id", req=True),
    _c("label", "short name", req=True),
    _c("reports", "its reports, parted by ';'", req=True),
    *[c for c in STUDIES.columns if c.name not in ("study_id", "label")],
    open_columns=True,
)
COMPARISON = _table(
    "comparison",
    "data/derived/6_extraction/comparison.csv",
    "derived",
    "study_id field",
    "What was extracted for each field of the form, two people's values side by side.",
    _c("study_id", "the study", "id", req=True),
    _c("study", "its short name", req=True),
    _c("field", "the field", "id", req=True),
    _c("heading", "its heading", req=True),
    _c(
        "state",
        "one person's, waiting for a second, alike, different, settled, or a required cell that nobody filled",
        "single|waiting|agree|differ|settled|missing",
        req=True,
    ),
    _c("value", "the value that stands; empty while people differ"),
    _c("first_reviewer", "who"),
    _c("first_value", "what that person took out"),
    _c("first_locator", "where it stands"),
    _c("second_reviewer", "who"),
    _c("second_value", "what that person took out"),
    _c("second_locator", "where it stands"),
    _c("further", "what further people took out"),
    _c("settled_by", "who settled it"),
    _c("settled_on", "when", "date"),
    _c("over", "the rows compared, parted by ';'", "ids"),
)
QUOTATIONS = _table(
    "quotations",
    "data/derived/6_extraction/quotations.csv",
    "derived",
    "passage_id",
    "Every quotation, and whether it stands in the stored full text, on the page that is named.",
    _c("passage_id", "the passage", "id", req=True),
    _c("report_id", "its report", "id", req=True),
    _c("citation", "short citation of the report"),
    _c("locator", "where it is said to be"),
    _c(
        "state",
        "what came of looking for it",
        "found|no_page|other_page|not_found|no_text|unreadable|not_checked|no_file",
        req=True,
    ),
    _c("file", "the full text it was looked for in"),
    _c("page", "the page it is on, or the nearest place"),
    _c("page_by", "what the named page agreed with: the file's label, the printed number, its place in the file"),
    _c("similarity", "where it was not found: likeness of the nearest place, 0 to 100"),
    _c("nearest", "the words there, or why the text couldn't be read"),
)
EXTRACTED_CONSTRUCTS = _table(
    "extracted_constructs",
    "data/derived/6_extraction/constructs.csv",
    "derived",
    "construct_id passage_id",
    "Constructs with their passages; a construct without one has one row with an empty passage_id.",
    *CONSTRUCTS.columns[:7],
    _c("status", "can it be translated", "translatable|not_translatable|set_aside", req=True),
    _c("passage_id", "a passage it rests on"),
    _c("report_id", "the report of the passage"),
    _c("citation", "short citation of that report"),
    _c("locator", "where it stands"),
    _c("text", "the words"),
    _c("speaker", "whose words"),
)
MATRIX = _table(
    "matrix",
    "data/derived/7_translation/matrix.csv",
    "derived",
    "group_id concept_id study_id translation_id",
    "The translation matrix, long: one row per translation, and one per empty cell (nothing there, or not read).",
    _c("group_id", "the group", "id", req=True),
    _c("group_label", "its name", req=True),
    _c("concept_id", "the concept", "id", req=True),
    _c("concept_label", "its name", req=True),
    _c("study_id", "the study", "id", req=True),
    _c("study_label", "its name", req=True),
    _c("position", "place of the study in the order of reading", "count"),
    _c("cell", "what the cell holds", "translation|nothing_there|not_read", req=True),
    _c("translation_id", "the translation"),
    _c("construct_id", "the construct"),
    _c("authors_term", "the authors' term"),
    _c("label", "name of the construct"),
    _c("wording", "the construct in the terms of the concept"),
    _c("kind", "reciprocal or refutational", "reciprocal|refutational"),
    _c("status", "where it stands", "provisional|accepted|rejected"),
    _c("locators", "where it stands in the reports, parted by '; '"),
    _c("citations", "the reports, parted by '; '"),
)
COVERAGE = _table(
    "coverage",
    "data/derived/7_translation/coverage.csv",
    "derived",
    "group_id study_id",
    "Per group and study: was it read, and how many constructs and concepts it gives.",
    _c("group_id", "the group", "id", req=True),
    _c("study_id", "the study", "id", req=True),
    _c("passes", "how many times it was read", "count", req=True),
    _c("outcome", "outcome of the last reading"),
    _c("constructs", "its constructs translated in this group", "count", req=True),
    _c("concepts", "concepts of this group it contributes to", "count", req=True),
)
TRAIL = _table(
    "trail",
    "data/derived/7_translation/trail.csv",
    "derived",
    "concept_id position",
    "What became of each concept: made, renamed, reworded, split, merged, dropped; by whom, when and why.",
    _c("concept_id", "the concept", "id", req=True),
    _c("concept_label", "its name now", req=True),
    _c("position", "place in its trail, from 1", "count", req=True),
    _c(
        "event",
        "what happened; first_translated where nobody noted who made it",
        "made|first_translated|renamed|reworded|split|came_of_split|merged|took_in|dropped",
        req=True,
    ),
    _c("other_ids", "the other concepts concerned, parted by ';'"),
    _c("others", "their names, parted by '; '"),
    _c("before", "its words before"),
    _c("after", "its words after"),
    _c("why", "why"),
    _c("by", "who", "ids"),
    _c("changed_on", "day", "date"),
)
DIFFERENCES = _table(
    "differences",
    "data/derived/7_translation/differences.csv",
    "derived",
    "group_id construct_id left right",
    "Two translators who worked apart, side by side.",
    _c("group_id", "the group", "id", req=True),
    _c("construct_id", "the construct", "id", req=True),
    _c("study_id", "its study", "id", req=True),
    _c("left", "one translator", "id", req=True),
    _c("right", "the other", "id", req=True),
    _c("left_concepts", "the concepts that one translated it into, parted by ';'"),
    _c("right_concepts", "and the other"),
    _c("left_kinds", "reciprocal, refutational or both, parted by ';'"),
    _c("right_kinds", "and the other's"),
    _c("left_wording", "the words of one"),
    _c("right_wording", "and of the other"),
    _c("state", "do they agree", "agree|differ|one_only|settled", req=True),
)
TRACE = _table(
    "trace",
    "data/derived/8_synthesis/trace.csv",
    "derived",
    "step_id third_order_id concept_id translation_id construct_id passage_id report_id study_id",
    "Every path from a step of the argument down to a study; empty where a link skips a level.",
    *[
        _c(n, n.replace("_", " "))
        for n in (
            "step_id",
            "third_order_id",
            "concept_id",
            "translation_id",
            "construct_id",
            "passage_id",
            "report_id",
            "study_id",
        )
    ],
)
SUPPORT = _table(
    "support",
    "data/derived/8_synthesis/support.csv",
    "derived",
    "target_kind target_id",
    "How many groups, studies, reports and constructs each interpretation rests on, counted by study.",
    _c("target_kind", "what it is", "concept|third_order|step", req=True),
    _c("target_id", "its id", "id", req=True),
    _c("label", "its name or statement", req=True),
    _c("studies", "studies", "count", req=True),
    _c("reports", "reports", "count", req=True),
    _c("constructs", "constructs", "count", req=True),
    _c("groups", "groups", "count", req=True),
    _c("study_ids", "which studies, parted by ';'"),
    _c("largest_share", "share of its constructs that come from one study, 0 to 1"),
    _c("evidence_hash", "hash of all it rests on; this is what is signed", req=True),
)
GRAPH = _table(
    "graph",
    "data/derived/8_synthesis/graph.csv",
    "derived",
    "above_kind above_id below_kind below_id",
    "The argument as a graph: every link once, from what rests to what it rests on.",
    _c(
        "above_kind",
        "what rests",
        "step|third_order|concept|refutation|translation|construct|passage",
        req=True,
    ),
    _c("above_id", "its id", "id", req=True),
    _c(
        "below_kind",
        "what it rests on",
        "third_order|concept|refutation|translation|construct|passage|report|study",
        req=True,
    ),
    _c("below_id", "its id", "id", req=True),
)
LEAVE_ONE_OUT = _table(
    "leave_one_out",
    "data/derived/8_synthesis/leave_one_out.csv",
    "derived",
    "target_kind target_id study_id",
    "What each third-order construct and step loses without each of the studies it rests on.",
    _c("target_kind", "what it is", "third_order|step", req=True),
    _c("target_id", "its id", "id", req=True),
    _c("label", "its name or statement", req=True),
    _c("study_id", "the study that is left out", "id", req=True),
    _c("constructs", "constructs of this study under it", "count", req=True),
    _c("share", "their share of all constructs under it, 0 to 1"),
    _c("constructs_left", "constructs that are left without it", "count", req=True),
    _c("studies_left", "studies that are left", "count", req=True),
    _c("lost_ids", "concepts (and, under a step, third-order constructs) that rest on this study alone"),
    _c(
        "state",
        "does it still rest on enough studies (`synthesis: min_studies`)",
        "holds|falls_below|nothing_left",
        req=True,
    ),
)
STALE = _table(
    "stale",
    "data/derived/8_synthesis/stale.csv",
    "derived",
    "target_id",
    "Interpretations whose evidence changed since they were signed, and those never signed.",
    _c("target_kind", "what it is", "concept|third_order|step", req=True),
    _c("target_id", "its id", "id", req=True),
    _c("label", "its name or statement", req=True),
    _c("state", "stale, or not yet reviewed", "stale|not_reviewed", req=True),
    _c("signed_by", "who signed last"),
    _c("signed_on", "when", "date"),
    _c("what_changed", "what changed since, counted by kind; the table `changes` names each"),
    _c("evidence_hash", "hash of the evidence as it is now", req=True),
)
CHANGES = _table(
    "changes",
    "data/derived/8_synthesis/changes.csv",
    "derived",
    "target_kind target_id item_kind item_id",
    "What changed under each stale interpretation since it was signed.",
    _c("target_kind", "what was signed", "concept|third_order|step", req=True),
    _c("target_id", "its id", "id", req=True),
    _c("change", "what happened", "added|changed|removed", req=True),
    _c("item_kind", "to what", "passage|construct|translation|concept|refutation|third_order|step", req=True),
    _c("item_id", "its id", "id", req=True),
    _c("study_ids", "the studies it is about, parted by ';'"),
    _c("message", "the same in a sentence", req=True),
)
EMERGE = _table(
    "emerge",
    "data/derived/9_reports/emerge.csv",
    "derived",
    "item",
    "The eMERGe checklist (France et al. 2019), answered from the review's own tables and prose.",
    _c("item", "number", "count", req=True),
    _c("phase", "phase of Noblit and Hare", "count", req=True),
    _c("name", "name of the item", req=True),
    _c("state", "how far it is answered", "answered|partly|not_answered|not_applicable", req=True),
    _c("evidence", "path or passage that answers it"),
    _c("sha256", "hash of that evidence"),
    _c("passage", "page and section of the report that tell or show it, parted by ';'"),
    _c("note", "what is missing, or why it does not apply"),
)
_CHECKLIST = (
    _c("item", "number", "count", req=True),
    _c("name", "name of the item", req=True),
    _c("state", "how far it is answered", "answered|partly|not_answered|not_applicable", req=True),
    _c("evidence", "path or passage that answers it"),
    _c("sha256", "hash of that evidence"),
    _c("passage", "page and section of the report that tell or show it, parted by ';'"),
    _c("note", "what is missing, or why it does not apply"),
)
ENTREQ = _table(
    "entreq",
    "data/derived/9_reports/entreq.csv",
    "derived",
    "item",
    "The ENTREQ checklist (Tong et al. 2012).",
    *_CHECKLIST,
)
PRISMA_S = _table(
    "prisma_s",
    "data/derived/9_reports/prisma_s.csv",
    "derived",
    "item",
    "The PRISMA-S checklist (Rethlefsen et al. 2021).",
    *_CHECKLIST,
)
PRISMA_2020 = _table(
    "prisma_2020",
    "data/derived/9_reports/prisma_2020.csv",
    "derived",
    "position",
    "The PRISMA 2020 checklist and the one for its abstract (Page et al. 2021).",
    _c("position", "place in the list", "count", req=True),
    _c("item", "what the checklist calls it", req=True),
    _c("part", "the report, or its abstract", "report|abstract", req=True),
    _c("section", "section of the report", req=True),
    *_CHECKLIST[1:],
)

TABLES: dict[str, Table] = {t.name: t for t in list(globals().values()) if isinstance(t, Table)}
DECISIONS: dict[str, Table] = {n: t for n, t in TABLES.items() if t.path.startswith("data/decisions/")}
