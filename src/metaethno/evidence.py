"""What an interpretation rests on, in a form that a person can sign, and what has changed since.

The evidence of a concept, third-order construct or step is a set of items: its own words and links, and those of
everything below it, down to the passages. Each item bears a short digest, so that a later change can be named ("this
construct was reworded") and not only seen. A signature keeps the items (column `evidence` of reviewed.csv) beside the
hash over them; people, dates, the order of rows, and the steps from provisional to accepted or settled change nothing.

Cost grows with the number of paths from the interpretations down to the passages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import pandas as pd

from metaethno.cells import each_row
from metaethno.findings import split_ids

if TYPE_CHECKING:
    from metaethno.trace import Evidence, Paths

# One letter for each kind keeps a signature short.
KINDS: Final = {
    "P": "passage",
    "K": "construct",
    "T": "translation",
    "C": "concept",
    "R": "refutation",
    "X": "third_order",
    "S": "step",
}
_LETTER: Final = {kind: letter for letter, kind in KINDS.items()}
_TARGETS: Final = {"concept": "concept_id", "third_order": "third_order_id", "step": "step_id"}
ITEMS: Final = ["target_kind", "target_id", "item", "digest", "study_ids"]
CHANGED: Final = ["target_kind", "target_id", "change", "item_kind", "item_id", "study_ids"]


def _digest(words: Iterable[str]) -> str:
    return hashlib.sha256(json.dumps(list(words), ensure_ascii=False).encode()).hexdigest()[:8]


def _own(frame: pd.DataFrame, kind: str, key: str, columns: list[str]) -> pd.DataFrame:
    """Return item, digest for the rows of a table; an id that stands there twice counts with all its rows."""
    words = [_digest(row) for row in frame[columns].astype(str).to_numpy().tolist()]
    out = pd.DataFrame({"item": _items(_LETTER[kind], frame[key]), "digest": words}, dtype=str).drop_duplicates()
    if not out["item"].duplicated().any():
        return out
    return out.groupby("item", sort=True)["digest"].agg(lambda d: _digest(sorted(d))).reset_index()


def _joined(frame: pd.DataFrame, key: str, column: str) -> dict[str, str]:
    """Return for each `key` the sorted, joined values of `column`."""
    pairs = frame[[key, column]].drop_duplicates().sort_values(column)
    return {str(one): ";".join(part) for one, part in pairs.groupby(key)[column]}


def _items(letter: str, ids: pd.Series) -> list[str]:
    return [f"{letter}:{one}" for one in ids]


def _links(frame: pd.DataFrame, key: str, names: pd.Series) -> pd.Series:
    """Return for each of `names` the ids that it links to, sorted and joined."""
    joined = _joined(frame, key, "supported_by")
    return names.map(lambda one: joined.get(one, "")).astype(str)


def _nodes(e: Evidence) -> pd.DataFrame:
    """Return item, digest for everything that an interpretation can rest on, and the interpretations themselves."""
    from metaethno.trace import live, live_translations, split_constructs

    nodes, cited = split_constructs(e.constructs)
    joined = _joined(cited, "construct_id", "passage_id")
    nodes = nodes.assign(_passages=[joined.get(one, "") for one in nodes["construct_id"]])
    translated = live_translations(e.translations, e.concepts)
    # The ids it was compared with are a set: their order in the cell says nothing.
    compared = translated["compared_with"].map(lambda cell: ";".join(sorted(split_ids(cell))))
    translated = translated.assign(compared_with=compared)
    third, steps = live(e.third_order), e.line_of_argument
    third = third.assign(_links=_links(e.third_order_support, "third_order_id", third["third_order_id"]))
    steps = steps.assign(_links=_links(e.line_of_argument_support, "step_id", steps["step_id"]))
    own = ["study_id", "authors_term", "label", "meaning", "order", "kind", "status", "_passages"]
    said = ["group_id", "concept_id", "construct_id", "kind", "wording", "compared_with", "alternative_reading"]
    against = ["group_id", "left_id", "right_id", "aspect", "explanation", "resolution"]
    return pd.concat(
        [
            _own(e.passages, "passage", "passage_id", ["report_id", "locator", "text", "speaker"]),
            _own(nodes, "construct", "construct_id", own),
            _own(translated, "translation", "translation_id", said),
            _own(live(e.concepts), "concept", "concept_id", ["label", "definition"]),
            _own(e.refutations, "refutation", "refutation_id", against),
            _own(third, "third_order", "third_order_id", ["label", "statement", "source", "theory", "_links"]),
            _own(steps, "step", "step_id", ["statement", "theory", "_links"]),
        ],
        ignore_index=True,
    )


def _through_refutations(e: Evidence) -> pd.DataFrame:
    """Return target_kind, target_id, item for the refutations under third-order constructs and steps."""
    known = e.refutations["refutation_id"]
    third = e.third_order_support[e.third_order_support["supported_by"].isin(known)]
    steps = e.line_of_argument_support[e.line_of_argument_support["supported_by"].isin(known)]
    lifted = e.line_of_argument_support.merge(
        third, left_on="supported_by", right_on="third_order_id", suffixes=("_step", "")
    )
    parts = [
        third.assign(target_kind="third_order", target_id=third["third_order_id"]),
        steps.assign(target_kind="step", target_id=steps["step_id"]),
        lifted.assign(target_kind="step", target_id=lifted["step_id"]),
    ]
    out = pd.concat([part[["target_kind", "target_id", "supported_by"]] for part in parts])
    return out.assign(item=_items("R", out["supported_by"])).drop(columns="supported_by").drop_duplicates()


def items(e: Evidence, p: Paths, studies: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return ITEMS, sorted: everything that each interpretation rests on, itself included.

    studies: what `studies_of` gives, where it is known already. study_ids: the studies an item is about, parted by
    ';' (passages, constructs and translations; empty otherwise).
    """
    below = {"concept": p.concepts, "third_order": p.third_order, "step": p.steps}
    parts = []
    for kind, key in _TARGETS.items():
        frame = below[kind]
        for letter, name in KINDS.items():
            column = f"{name}_id"
            if column not in frame.columns:
                continue
            pairs = frame.loc[frame[column] != "", list({key: 0, column: 0})].drop_duplicates()
            parts.append(
                pd.DataFrame({"target_kind": kind, "target_id": pairs[key], "item": _items(letter, pairs[column])})
            )
    wanted = pd.concat([*parts, _through_refutations(e)], ignore_index=True).astype(str).drop_duplicates()
    out = wanted.merge(_nodes(e), on="item")
    studies = studies_of(e) if studies is None else studies
    out["study_ids"] = [studies.get(item, "") for item in out["item"]]
    return out.sort_values(["target_kind", "target_id", "item"], ignore_index=True)[ITEMS]


def studies_of(e: Evidence) -> dict[str, str]:
    """Return item → study ids, parted by ';', for every passage, construct and translation, rejected ones too."""
    from metaethno.trace import split_constructs

    nodes, cited = split_constructs(e.constructs)
    owner = dict(each_row(nodes, "construct_id", "study_id"))
    out = {f"K:{one}": study for one, study in owner.items()}
    translated = each_row(e.translations, "translation_id", "construct_id")
    out |= {f"T:{one}": owner[construct] for one, construct in translated if construct in owner}
    cited = cited.assign(study_id=[owner.get(one, "") for one in cited["construct_id"]])
    # A passage that no construct cites any more is still about the studies of its report.
    serves = cited.merge(e.passages[["passage_id", "report_id"]], on="passage_id")
    loose = e.passages.loc[~e.passages["passage_id"].isin(cited["passage_id"]), ["passage_id", "report_id"]]
    loose = loose.merge(serves[["report_id", "study_id"]].drop_duplicates(), on="report_id")
    pairs = pd.concat([cited[["passage_id", "study_id"]], loose[["passage_id", "study_id"]]])
    out |= {f"P:{one}": studies for one, studies in _joined(pairs, "passage_id", "study_id").items()}
    return out


def cells(found: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return (target_kind, target_id) → the cell that a signature keeps; `found` are ITEMS."""
    out: dict[tuple[str, str], list[str]] = {}
    for kind, one, item, digest in found[ITEMS[:4]].to_numpy().tolist():
        out.setdefault((kind, one), []).append(f"{item}={digest}")
    return {key: " ".join(sorted(texts)) for key, texts in out.items()}


def read_cell(cell: str) -> dict[str, str]:
    """Return item → digest of a cell; what is damaged in it is left out (its hash tells)."""
    return {item: digest for item, _, digest in (part.rpartition("=") for part in cell.split()) if item}


def hash_of(cell: str) -> str:
    """Return the evidence hash of a cell: 16 hex digits of a SHA-256, whatever the order of its items."""
    return hashlib.sha256(" ".join(sorted(cell.split())).encode()).hexdigest()[:16]


def hashes(found: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return (target_kind, target_id) → evidence hash; `found` are ITEMS."""
    return {key: hash_of(cell) for key, cell in cells(found).items()}


def adopt(signed: str, now: str, study: str, studies: Mapping[str, str]) -> str:
    """Return the cell of a signature that takes on, beyond what was `signed`, only what concerns one study."""
    old, new = read_cell(signed), read_cell(now)
    mine = {item for item in {*old, *new} if studies.get(item, "") == study}
    kept = {item: digest for item, digest in old.items() if item not in mine}
    kept |= {item: digest for item, digest in new.items() if item in mine}
    return " ".join(sorted(f"{item}={digest}" for item, digest in kept.items()))


def nearest(signatures: Iterable[Mapping[str, str]], now: str) -> Mapping[str, str] | None:
    """Return the signature (row of `reviewed`) that is nearest to the evidence `now`; of equal ones the latest.

    Not simply the latest: two of one day have no order, and one of them may have taken on a single study.
    """
    present = set(now.split())
    kept = [row for row in signatures if row["evidence"]]
    return min(
        sorted(kept, key=lambda r: (r["reviewed_on"], r["review_id"]), reverse=True),
        key=lambda row: len(present ^ set(row["evidence"].split())),
        default=None,
    )


def changes(signed: str, now: str, studies: Mapping[str, str]) -> list[dict[str, str]]:
    """Return change (added | removed | changed), item_kind, item_id, study_ids of each item that differs."""
    old, new = read_cell(signed), read_cell(now)
    out = []
    for item in sorted({*old, *new}):
        if old.get(item) == new.get(item):
            continue
        change = "added" if item not in old else "removed" if item not in new else "changed"
        letter, _, one = item.partition(":")
        kind = KINDS.get(letter, letter)
        out.append({"change": change, "item_kind": kind, "item_id": one, "study_ids": studies.get(item, "")})
    return out
