"""From any place in an argument down to the quotations and pages beneath it, and up to what rests on it.

Works on the edges of `weighing.graph`: each is looked at once, however many paths lead through it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from metaethno.naming import Named, fitting
from metaethno.quoting import in_marks
from metaethno.trace import Evidence, live_translations
from metaethno.weighing import graph

_ORDER = ("step", "third_order", "concept", "refutation", "translation", "construct", "passage", "report", "study")
_WORDS = {"third_order": "third-order construct", "step": "step"}
Node = tuple[str, str]


@dataclass(frozen=True)
class Place:
    """One line of a trace: how deep it stands, what it is, its id, what it says; `seen`: it stands above in full."""

    depth: int
    kind: str
    id: str
    says: str
    seen: bool = False


class Tracer:
    """The graph of an argument with the words of its nodes. `studies`, `reports`: id → name."""

    def __init__(self, e: Evidence, studies: Mapping[str, str], reports: Mapping[str, str]) -> None:
        self.below: dict[Node, list[Node]] = {}
        self.above: dict[Node, list[Node]] = {}
        edges = graph(e)
        for above_kind, above, below_kind, below in edges.to_numpy().tolist():
            self.below.setdefault((above_kind, above), []).append((below_kind, below))
            self.above.setdefault((below_kind, below), []).append((above_kind, above))
        self.says = _words(e, studies, reports)

    def kinds_of(self, one: str) -> list[str]:
        """Return what an id is, in the argument; nothing where it is none of it."""
        return [kind for kind in _ORDER if (kind, one) in self.says]

    def find(self, wanted: str) -> list[Node]:
        """Return the places that an id means, else those of that name, else the passages in which these words stand.

        Names are `step 2`, and those of concepts, studies and the like.
        """
        found = [(kind, wanted) for kind in self.kinds_of(wanted)]
        if found:
            return found
        known = [
            Named(f"{kind} {one}", name, kind)
            for (kind, one), says in self.says.items()
            if kind not in ("passage", "translation")
            for name in (says, says.split(": ")[0])
        ]
        nodes = {tuple(named.id.split(" ", 1)) for named in fitting(known, wanted, parts=False)}
        return self._sorted([(kind, one) for kind, one in nodes]) or self._quoted(wanted)

    def _quoted(self, wanted: str) -> list[Node]:
        """Return the passages in which these words stand; a single word is too little to go by."""
        words = wanted.strip(" “”\"'‘’.…")
        known = [Named(one, says, kind) for (kind, one), says in self.says.items() if kind == "passage"]
        found = fitting(known, words) if " " in words else []
        return self._sorted([("passage", named.id) for named in found])

    def down(self, kind: str, one: str) -> Iterator[Place]:
        """Yield what a place rests on, down to quotations and studies; each thing in full only once."""
        return self._walk((kind, one), self.below)

    def up(self, kind: str, one: str) -> Iterator[Place]:
        """Yield what rests on a place, up to the steps of the argument."""
        return self._walk((kind, one), self.above)

    def _walk(self, start: Node, ways: Mapping[Node, list[Node]]) -> Iterator[Place]:
        done: set[Node] = {start}
        stack = [(node, 1) for node in self._sorted(ways.get(start, []))[::-1]]
        while stack:
            node, depth = stack.pop()
            further = ways.get(node, [])
            yield Place(depth, node[0], node[1], self.says.get(node, ""), node in done and bool(further))
            if node not in done:
                done.add(node)
                stack += [(n, depth + 1) for n in self._sorted(further)[::-1]]

    @staticmethod
    def _sorted(nodes: list[Node]) -> list[Node]:
        return sorted(nodes, key=lambda n: (_ORDER.index(n[0]), n[1]))


def word(kind: str) -> str:
    """Return what a kind is called."""
    return _WORDS.get(kind, kind)


def _words(e: Evidence, studies: Mapping[str, str], reports: Mapping[str, str]) -> dict[Node, str]:
    out: dict[Node, str] = {("study", one): name for one, name in studies.items()}
    out |= {("report", one): name for one, name in reports.items()}

    def add(kind: str, frame: pd.DataFrame, key: str, *columns: str) -> None:
        for one, *said in frame[[key, *columns]].astype(str).to_numpy().tolist():
            out[kind, one] = ": ".join(text for text in said if text)

    steps = e.line_of_argument.assign(_place="step " + e.line_of_argument["position"].astype(str))
    add("step", steps, "step_id", "_place", "statement")
    add("third_order", e.third_order, "third_order_id", "label", "statement")
    add("concept", e.concepts, "concept_id", "label", "definition")
    add("refutation", e.refutations, "refutation_id", "aspect", "resolution")
    standing = set(live_translations(e.translations, e.concepts)["translation_id"])
    gone = [one not in standing for one in e.translations["translation_id"]]
    status = e.translations["status"].where(gone, "")
    add("translation", e.translations.assign(_status=status), "translation_id", "kind", "_status", "wording")
    nodes = e.constructs.drop_duplicates("construct_id")
    terms = nodes["authors_term"].astype(str).map(lambda term: in_marks(term, "‘’"))
    add("construct", nodes.assign(_term=terms), "construct_id", "label", "_term")
    words = e.passages["text"].astype(str)
    # A reviewer's own words about a place are no quotation.
    own = e.passages["speaker"].eq("review_author")
    add("passage", e.passages.assign(_text=words.where(own, words.map(in_marks))), "passage_id", "locator", "_text")
    return out
