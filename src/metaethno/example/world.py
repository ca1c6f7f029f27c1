"""Which database shows which publication in which run: the counts of every file are met exactly here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from metaethno.example import entities, links, traps
from metaethno.example.entities import RUN1, RUN2, Publication, Publisher
from metaethno.example.prng import Stream
from metaethno.example.rows import Row, accession_changes, make_row

DATABASES = {"W": "wos", "E": "embase", "P": "psycinfo", "C": "cinahl"}
BOTH = (RUN1, RUN2)

# How many publications several databases share; those of a single database fill up to the counts of counts.csv.
# The paper doesn't print overlaps: all of these are stand-ins.
OVERLAP = {
    RUN1: {"WP": 300, "WC": 350, "EP": 60, "EC": 250, "PC": 90, "WEP": 450, "WEC": 850, "WPC": 130,
           "EPC": 20, "WEPC": 330},
    RUN2: {
        "WE": 330, "WP": 60, "WC": 70, "EP": 12, "EC": 45, "PC": 18,
        "WEP": 90, "WEC": 170, "WPC": 25, "EPC": 4, "WEPC": 65,
    },
}  # fmt: skip
VANISHED = 40
CLEANED_COPIES = 12
LATE_INDEXED = 70
CITATION_KNOWN = 248
CITATION_ARTICLES = ("A01", "A03", "A06", "A08", "A10")


@dataclass(frozen=True, slots=True)
class Item:
    """A publication in one source: shown in `runs`, as `copy` (0, or 1 for a second record of it)."""

    pub: Publication
    source: str
    copy: int
    runs: tuple[str, ...]


class Deck:
    """The patterns of sources ("WE": Web of Science and Embase) that are left to give to publications."""

    def __init__(self, patterns: Counter[str], run: str) -> None:
        if min(patterns.values()) < 0:
            raise AssertionError(f"the counts of {run} leave a negative number of patterns: {patterns}")
        cards = [pattern for pattern in sorted(patterns) for _ in range(patterns[pattern])]
        self.cards = Stream("deck", run).shuffled(cards)

    def draw(self, databases: int = 0) -> str:
        """Take the next pattern (0: of any number of databases)."""
        for place in range(len(self.cards) - 1, -1, -1):
            if databases in (0, len(self.cards[place])):
                return self.cards.pop(place)
        raise AssertionError("no pattern is left that fits")

    def take(self, pattern: str) -> str:
        """Take one card with this very pattern."""
        self.cards.remove(pattern)
        return pattern


def _counts() -> dict[tuple[str, str], dict[str, int]]:
    return {
        (row["run"], row["source"]): {name: int(row[name] or 0) for name in ("rows", "copies", "distinct")}
        for row in entities.data_table("counts.csv")
    }


def _patterns(run: str, wanted: dict[str, int], distinct: int) -> Counter[str]:
    """Return how many publications have each pattern, so that each source shows `wanted` of them."""
    deck = Counter(OVERLAP[run])
    if distinct:
        # Each publication that Web of Science and Embase share is one less in total: solve for it.
        without = sum(wanted.values()) - sum((len(pattern) - 1) * count for pattern, count in deck.items())
        deck["WE"] = without - distinct
    for letter in DATABASES:
        deck[letter] = wanted[letter] - sum(count for pattern, count in deck.items() if letter in pattern)
    return deck


class World:
    """All publications and where they are shown."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.publisher = Publisher()
        self.counts = _counts()
        self._first_run()
        self._second_run()

    def _place(self, pub: Publication, pattern: str, runs: tuple[str, ...]) -> None:
        self.items += [Item(pub, DATABASES[letter], 0, runs) for letter in pattern]

    def _first_run(self) -> None:
        wanted = {}
        for letter, source in DATABASES.items():
            count = self.counts[RUN1, source]
            wanted[letter] = count["rows"] - count["copies"]
        deck = Deck(_patterns(RUN1, wanted, self.counts[RUN1, "wos"]["distinct"]), RUN1)
        self._articles = entities.articles(self.publisher)
        self._full_texts = entities.full_texts(self.publisher)
        self._traps = traps.traps(self.publisher)
        for pub in self._articles:
            if pub.first_run == RUN1:
                pattern = entities.ARTICLE_SOURCES[pub.article_id]
                self._place(pub, deck.take(pattern), BOTH)
        for pub in (*self._full_texts, *self._traps):
            if pub.first_run == RUN1:
                self._place(pub, deck.draw(), BOTH)
        self._doubtful(deck, RUN1, traps.DOUBTFUL_RUN1, BOTH)
        # These eight pairs begin in the first run and become pairs in the second.
        for index in range(traps.DOUBTFUL_RUN2["new-accession"]):
            self._new_accession(deck, index)
        ordinary_from = len(self.items)
        while deck.cards:
            self._place(entities.ordinary(self.publisher, RUN1), deck.draw(), BOTH)
        ordinary = self.items[ordinary_from:]
        stream = Stream("rerun")
        gone = {id(item) for item in stream.shuffled(ordinary)[:VANISHED]}
        self.items = [Item(item.pub, item.source, 0, (RUN1,)) if id(item) in gone else item for item in self.items]
        self._ordinary = [item for item in ordinary if id(item) not in gone]
        self._copies(RUN1, self._ordinary, BOTH)

    def _copies(self, run: str, among: Iterable[Item], runs: tuple[str, ...]) -> None:
        """Give some publications a second record within one source."""
        pool = Stream("copies", run).shuffled([item for item in among if not item.pub.number])
        for source in (*DATABASES.values(), "citation"):
            number = self.counts.get((run, source), {"copies": 0})["copies"]
            chosen = [item for item in pool if item.source == source][:number]
            self.items += [Item(item.pub, source, 1, runs) for item in chosen]

    def _doubtful(self, deck: Deck, run: str, numbers: dict[str, int], runs: tuple[str, ...]) -> None:
        for way, number in numbers.items():
            if way == "new-accession":
                continue
            for index in range(number):
                stream = Stream("doubtful", run, way, index)
                if way in ("next-year", "one-word"):
                    cards = (deck.draw(1), deck.draw(1))
                    pair = traps.doubtful_different(
                        self.publisher, way, stream, run, (DATABASES[cards[0]], DATABASES[cards[1]])
                    )
                    for pub, card in zip(pair, cards, strict=True):
                        pub.pair, pub.first_run = f"{pub.trap}-{way}-{run}-{index + 1:02d}", run
                        self._place(pub, card, runs)
                else:
                    card = deck.draw(2)
                    second = DATABASES[card[stream.below(2)]]
                    pub = traps.doubtful_same(self.publisher, way, stream, run, second)
                    pub.pair, pub.first_run = f"{pub.trap}-{way}-{run}-{index + 1:02d}", run
                    self._place(pub, card, runs)

    def _new_accession(self, deck: Deck, index: int) -> None:
        stream = Stream("doubtful", "new-accession", index)
        deck.take("E")
        pub = traps.doubtful_same(self.publisher, "new-accession", stream, RUN1, "embase")
        pub.pair = f"{pub.trap}-new-accession-{RUN2}-{index + 1:02d}"
        self.items.append(Item(pub, "embase", 0, (RUN1,)))
        self.items.append(Item(pub, "embase", 1, (RUN2,)))

    def _second_run(self) -> None:
        stream = Stream("second run")
        copies = [item for item in self.items if item.copy == 1 and RUN1 in item.runs]
        cleaned = {id(item) for item in stream.shuffled(copies)[:CLEANED_COPIES]}
        self.items = [Item(item.pub, item.source, 1, (RUN1,)) if id(item) in cleaned else item for item in self.items]
        shown = {(item.pub.ident, item.source) for item in self.items}
        for item in stream.shuffled(self._ordinary)[:LATE_INDEXED]:
            source = stream.pick([name for name in DATABASES.values() if name != item.source])
            if (item.pub.ident, source) not in shown:
                shown.add((item.pub.ident, source))
                self.items.append(Item(item.pub, source, 0, (RUN2,)))
        again = Counter(item.source for item in self.items if RUN2 in item.runs)
        wanted = {}
        for letter, source in DATABASES.items():
            count = self.counts[RUN2, source]
            wanted[letter] = count["rows"] - count["copies"] - again[source]
        deck = Deck(_patterns(RUN2, wanted, 0), RUN2)
        later = (RUN2,)
        for pub in self._articles:
            if pub.first_run == RUN2 and pub.route == "database":
                pattern = entities.ARTICLE_SOURCES[pub.article_id]
                self._place(pub, deck.take(pattern), later)
        for pub in (*self._full_texts, *self._traps):
            if pub.first_run == RUN2 and pub.route == "database":
                self._place(pub, deck.draw(), later)
        self._doubtful(deck, RUN2, traps.DOUBTFUL_RUN2, later)
        ordinary_from = len(self.items)
        while deck.cards:
            self._place(entities.ordinary(self.publisher, RUN2), deck.draw(), later)
        new = self.items[ordinary_from:]
        self._citation_tracking(stream, new)
        self._copies(RUN2, new + [item for item in self.items if item.source == "citation"], later)

    def _citation_tracking(self, stream: Stream, new: list[Item]) -> None:
        """References and citing papers of the included articles: partly known from the databases."""
        later = (RUN2,)
        known: dict[str, Publication] = {
            pub.ident: pub for pub in self._articles if pub.article_id in CITATION_ARTICLES
        }
        for item in stream.shuffled([*self._ordinary, *new]):
            if len(known) == CITATION_KNOWN:
                break
            known.setdefault(item.pub.ident, item.pub)
        own = [pub for pub in (*self._articles, *self._full_texts) if pub.route == "citation"]
        count = self.counts[RUN2, "citation"]
        while len(known) + len(own) < count["rows"] - count["copies"]:
            own.append(entities.ordinary(self.publisher, RUN2, "citation"))
        self.items += [Item(pub, "citation", 0, later) for pub in (*known.values(), *own)]

    def files(self) -> dict[str, list[Row]]:
        """Return the rows of every file in the order of the file."""
        numbers = accessions(self.items)
        by_pub: dict[str, list[Item]] = defaultdict(list)
        for item in self.items:
            by_pub[item.pub.ident].append(item)
        out: dict[str, list[Row]] = {
            f"data/raw/{row['run']}/{row['file']}": [] for row in entities.data_table("counts.csv")
        }
        paths = {
            (row["run"], row["source"]): f"data/raw/{row['run']}/{row['file']}"
            for row in entities.data_table("counts.csv")
        }
        for items in by_pub.values():
            for row in _shown(items, numbers):
                out[paths[row.run, row.source]].append(row)
        for path, rows in out.items():
            if path.endswith("citation_tracking.ris"):
                # A reference manager lists what was added in the order it was added: as good as chance.
                rows.sort(key=lambda row: Stream("added", row.pub.ident, row.copy).next())
            else:
                rows.sort(key=lambda row: row.accession, reverse=True)
        return out


def _shown(items: list[Item], numbers: dict[tuple[str, str, int, str], str]) -> list[Row]:
    """Return all rows of one publication; if a careful rule couldn't connect them, they are drawn again, gently."""
    rows: list[Row] = []
    for gentle in (False, True):
        rows = []
        for item in items:
            for run in item.runs:
                row = make_row(item.pub, item.source, item.copy, run, gentle)
                row.accession = numbers.get((item.pub.ident, item.source, item.copy, run), "")
                rows.append(row)
        if items[0].pub.trap == "doubtful-same":
            return rows
        # The first run's duplicates must be found without the help of the second's.
        if links.connected([row for row in rows if row.run == RUN1]) and links.connected(rows):
            return rows
    raise AssertionError(f"the rows of {items[0].pub.ident} don't hang together")


def accessions(items: list[Item]) -> dict[tuple[str, str, int, str], str]:
    """Return the accession number of each (publication, source, copy, run).

    The numbers are in the databases' forms but from ranges that were never given out. They rise with the time of
    entry, so that what is new at the rerun has the highest.
    """
    out: dict[tuple[str, str, int, str], str] = {}
    for source in DATABASES.values():
        entries: list[tuple[str, str, int, Item, str]] = []
        for item in items:
            if item.source != source:
                continue
            order = Stream("entry", item.pub.ident, source, item.copy).next()
            entries.append((item.runs[0], item.pub.online or item.pub.year, order, item, ""))
            if RUN2 in item.runs and item.copy == 0 and accession_changes(item.pub, source):
                entries.append((RUN2, item.pub.year, order, item, "changed"))
        entries.sort(key=lambda entry: entry[:3])
        number = 0
        for _, year, order, item, changed in entries:
            number += 1 + order % 7
            text = _accession(source, number, year, item.copy == 1 or order % 100 < 12)
            for run in item.runs:
                if not changed or run == RUN2:
                    out[item.pub.ident, source, item.copy, run] = text
    return out


def _accession(source: str, number: int, year: str, medline: bool) -> str:
    if source == "wos":
        # The platform mixes the Core Collection and MEDLINE, each with numbers of its own.
        return f"MEDLINE:9{number:07d}" if medline else f"WOS:9990{number:011d}"
    if source == "embase":
        return f"99{number:08d}"
    if source == "psycinfo":
        return f"{year}-{90000 + number % 10000:05d}-{999 - number // 10000:03d}"
    return f"999{number:06d}"
