"""What a careful rule can know about two rows, used to keep the example fair.

Every publication (but the doubtful ones) has rows that hang together by these rules, so that de-duplication *can*
find all duplicates; no two publications have rows that do. The rules are strict, and not those of the program.
"""

from __future__ import annotations

from collections.abc import Sequence

from metaethno.example.people import fold
from metaethno.example.rows import Row


def _same_first_author(left: Row, right: Row) -> bool:
    if left.first_family == right.first_family:
        return True
    return fold(left.first_family).lower() == fold(right.first_family).lower()


def linked(left: Row, right: Row) -> bool:
    """Return whether a careful rule would say that two rows show the same publication."""
    if left.accession and left.accession == right.accession and left.source == right.source:
        return True
    if left.doi and right.doi:
        # One DOI is proof, two are a veto.
        return left.doi.lower() == right.doi.lower()
    if not _same_first_author(left, right):
        return False
    if abs(int(left.year) - int(right.year)) > 1 or left.pub.journal.title != right.pub.journal.title:
        return False
    if left.volume and right.volume and left.volume != right.volume:
        return False
    same_volume = bool(left.volume) and left.volume == right.volume
    same_page = bool(left.first or left.number) and (left.first, left.number) == (right.first, right.number)
    if left.first and right.first and not same_page:
        return False
    if left.key == right.key:
        if len(left.key.split()) < 4:
            return same_volume and same_page
        return same_volume or same_page or left.year == right.year
    return same_volume and same_page and _near(left.key, right.key)


def _near(left: str, right: str) -> bool:
    """Return whether two titles differ by a dropped subtitle or by few words."""
    short, long = sorted((left, right), key=len)
    if long.startswith(f"{short} ") or long.endswith(f" {short}"):
        return len(short.split()) >= 4
    ours, theirs = set(left.split()), set(right.split())
    return len(ours & theirs) >= 0.75 * len(ours | theirs)


def connected(rows: Sequence[Row]) -> bool:
    """Return whether all `rows` hang together."""
    if len(rows) < 2:
        return True
    reached, waiting = [rows[0]], list(rows[1:])
    while waiting:
        found = [row for row in waiting if any(linked(row, other) for other in reached)]
        if not found:
            return False
        reached += found
        waiting = [row for row in waiting if not any(row is item for item in found)]
    return True
