"""Phase 3: what the included studies are (Table 1) and what they say (constructs with their passages).

Fails on nothing: what is missing or contradictory in the decisions becomes a row of the checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from metaethno import tables
from metaethno.findings import Findings, long_ids, split_ids, where
from metaethno.quoting import Stored, quoted
from metaethno.schemas import CHARACTERISTICS, EXTRACTED_CONSTRUCTS, STUDIES


@dataclass(frozen=True)
class Extracted:
    """Outcome of the stage: tables `characteristics`, `extracted_constructs` and `checks`."""

    characteristics: pd.DataFrame
    constructs: pd.DataFrame
    checks: pd.DataFrame


def extract(
    studies: pd.DataFrame,
    sampling: pd.DataFrame,
    passages: pd.DataFrame,
    constructs: pd.DataFrame,
    links: pd.DataFrame,
    report_studies: pd.DataFrame,
    included_studies: pd.DataFrame,
    extra_columns: Sequence[str] = (),
    levels: Mapping[str, str] | None = None,
) -> Extracted:
    """Return Table 1, the constructs with their passages, and what is wrong with them.

    `extra_columns` are the columns that the review adds to `studies`; they go into Table 1 after the standard ones.
    `levels`: code of a check → level, where it isn't the usual one.
    """
    return Extracted(
        characteristics(studies, included_studies, extra_columns),
        with_passages(constructs, passages, report_studies),
        _checks(studies, sampling, passages, constructs, links, report_studies, included_studies, levels),
    )


def characteristics(
    studies: pd.DataFrame, included_studies: pd.DataFrame, extra_columns: Sequence[str] = ()
) -> pd.DataFrame:
    """Return Table 1: included studies by first year of data collection (unknown last), then by label.

    An included study without a row in `studies` stands there under its id: it must not be missing from the table.
    """
    order = included_studies["role"].map({"main": 0, "companion": 1, "redundant": 2})
    reports = included_studies.assign(_order=order).sort_values(["study_id", "_order", "citation"], kind="stable")
    kept = reports[reports["_order"] < 2]
    # A redundant report is named only where a study has no other.
    kept = pd.concat([kept, reports[~reports["study_id"].isin(kept["study_id"])]])
    cited = kept.groupby("study_id", sort=True)["citation"].agg(lambda s: "; ".join(dict.fromkeys(s))).rename("reports")
    frame = cited.reset_index().merge(studies, on="study_id", how="left")
    text = [c for c in [*STUDIES.names, *extra_columns] if c != "study_id"]
    frame[text] = frame[text].fillna("").astype(str)
    frame["label"] = frame["label"].where(frame["label"] != "", frame["study_id"])
    frame["_unknown"] = frame["data_collection_start"] == ""
    frame = frame.sort_values(["_unknown", "data_collection_start", "label", "study_id"], kind="stable")
    frame["position"] = pd.array(range(1, len(frame) + 1), dtype="Int64")
    return tables.canonical(CHARACTERISTICS, frame[[*CHARACTERISTICS.names, *extra_columns]])


def with_passages(constructs: pd.DataFrame, passages: pd.DataFrame, report_studies: pd.DataFrame) -> pd.DataFrame:
    """Return one row per construct and passage; a construct without a passage has one row with empty cells."""
    cited = long_ids(constructs[["construct_id", "passage_ids"]], "passage_ids").drop_duplicates()
    cited = cited.rename(columns={"passage_ids": "passage_id"})
    places = passages[["passage_id", "report_id", "locator", "text", "speaker"]]
    citation = report_studies.drop_duplicates("report_id").set_index("report_id")["citation"]
    frame = constructs.merge(cited, on="construct_id", how="left").merge(places, on="passage_id", how="left")
    frame["citation"] = frame["report_id"].map(citation)
    return tables.canonical(EXTRACTED_CONSTRUCTS, frame[EXTRACTED_CONSTRUCTS.names].fillna("").astype(str))


def _checks(
    studies: pd.DataFrame,
    sampling: pd.DataFrame,
    passages: pd.DataFrame,
    constructs: pd.DataFrame,
    links: pd.DataFrame,
    report_studies: pd.DataFrame,
    included_studies: pd.DataFrame,
    levels: Mapping[str, str] | None,
) -> pd.DataFrame:
    found = Findings(levels)
    checked = {"sampling": sampling, "passages": passages, "constructs": constructs, "links": links}
    found.references(checked, {"studies": studies, "report_studies": report_studies})
    found.one_meaning({"studies": studies["study_id"], "constructs": constructs["construct_id"]})
    self_links = links[links["from_id"] == links["to_id"]]
    found.rows("Y1", "links", self_links, lambda r: [r["from_id"]], lambda r: "A construct is linked to itself.")
    _check_studies(found, studies, report_studies, included_studies)
    _check_constructs(found, constructs, passages, report_studies)
    _check_quoted(found, constructs, passages)
    used = {*long_ids(constructs, "passage_ids")["passage_ids"], *links["passage_id"]}
    found.rows(
        "Y16",
        "passages",
        passages[~passages["passage_id"].isin(used)],
        lambda r: [r["passage_id"]],
        lambda r: f"No construct or link cites this passage of {r['report_id']} ({r['locator']}).",
        "Name it in passage_ids of the construct it belongs to, or leave it as a mark for later.",
    )
    return found.frame()


def _check_studies(
    found: Findings, studies: pd.DataFrame, report_studies: pd.DataFrame, included_studies: pd.DataFrame
) -> None:
    """Y2: included studies and rows of studies.csv are the same."""
    included = included_studies.drop_duplicates("study_id")
    found.rows(
        "Y2",
        "studies",
        included[~included["study_id"].isin(studies["study_id"])].drop(columns="_line", errors="ignore"),
        lambda r: [r["study_id"]],
        lambda r: f"The study {r['study_id']} ({r['citation']}) is included, but has no row here.",
        "Add a row with its characteristics to studies.csv.",
    )
    # Of a study whose reports are left out, the stage before has said so.
    known = {*report_studies["study_id"], *included["study_id"]}
    found.rows(
        "Y2",
        "studies",
        studies[~studies["study_id"].isin(known)],
        lambda r: [r["study_id"]],
        lambda r: f"{r['label']} has no report in report_studies.csv.",
        "Add its reports to report_studies.csv, or take the study out.",
    )


def _check_constructs(
    found: Findings, constructs: pd.DataFrame, passages: pd.DataFrame, report_studies: pd.DataFrame
) -> None:
    """Y3 (a reason where a construct isn't translated) and Y8 (passages, with locators, in its own reports)."""
    unreasoned = constructs[(constructs["status"] != "translatable") & (constructs["reason"] == "")]
    found.rows(
        "Y3",
        "constructs",
        unreasoned,
        lambda r: [r["construct_id"]],
        lambda r: f"The construct {r['label']!r} is {r['status'].replace('_', ' ')}, without a reason.",
        "Say why in the column reason.",
    )
    cited = long_ids(constructs, "passage_ids").merge(
        passages[["passage_id", "report_id", "locator"]], left_on="passage_ids", right_on="passage_id"
    )
    found.rows(
        "Y8",
        "constructs",
        constructs[constructs["passage_ids"] == ""],
        lambda r: [r["construct_id"]],
        lambda r: f"The construct {r['label']!r} has no passage.",
        "Add the passage it rests on to passages.csv and name it in passage_ids.",
    )
    found.rows(
        "Y8",
        "passages",
        passages[passages["locator"] == ""],
        lambda r: [r["passage_id"]],
        lambda r: f"The passage in {r['report_id']} has no locator.",
        "Say on which page or in which section it stands.",
    )
    own = set(zip(report_studies["report_id"], report_studies["study_id"], strict=True))
    pairs = zip(cited["report_id"], cited["study_id"], strict=True)
    foreign = where(cited, (pair not in own for pair in pairs))
    found.rows(
        "Y8",
        "constructs",
        foreign,
        lambda r: [r["construct_id"], r["passage_id"]],
        lambda r: f"Its passage {r['passage_id']} stands in {r['report_id']}, which is no report of {r['study_id']}.",
        "Correct the study or the passage, or enter the report for this study in report_studies.csv.",
    )


def _check_quoted(found: Findings, constructs: pd.DataFrame, passages: pd.DataFrame) -> None:
    """Y8: what a construct quotes doesn't stand in another passage than those it cites."""
    stored = Stored(zip(passages["passage_id"], passages["text"], strict=True))
    for row in constructs.to_dict("records"):
        cited = split_ids(row["passage_ids"])
        if not stored.holds_all(cited):
            continue
        for words in quoted([row["authors_term"]], [row["meaning"]]):
            elsewhere = stored.elsewhere(words, cited)
            if elsewhere:
                said = f"{words!r} stands in the passage {elsewhere}, not in what is cited ({', '.join(cited)})."
                hint = "Cite the passage that holds these words, or correct the words."
                found.add("Y8", "constructs", [row["construct_id"], elsewhere], said, hint, row.get("_line"))
                break
