"""Things and people by what they are called: nobody types an id, and what is meant is never guessed.

Every command that takes a name finds it in the same way: an id, else a whole name, else (where nothing is signed by it)
a part of one. Where that means several things, they are listed.

Codes: ME0455 a person who isn't in the team; the others are those of who asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from metaethno.errors import Problem, UsageError, UserError, did_you_mean

if TYPE_CHECKING:
    from metaethno.config import Config

_SHOWN: Final = 12


@dataclass(frozen=True)
class Named:
    """One thing by one of its names; `kind`: what it is, in words."""

    id: str
    name: str
    kind: str


def plain(text: str) -> str:
    """Return a name as it is compared: without case and double blanks."""
    return " ".join(text.casefold().split())


def fitting(known: Collection[Named], words: str, *, parts: bool = True) -> list[Named]:
    """Return what `words` mean: things with this id, else with this name, else (`parts`) with these in their name."""
    said = plain(words)
    tests = (
        lambda one: one.id.casefold() == said,
        lambda one: plain(one.name) == said,
        lambda one: said in plain(one.name),
    )
    for fits in tests if parts else tests[:2]:
        meant = [one for one in known if said and fits(one)]
        # A study is mostly called as its report is: then the study is meant.
        studies = {one.name for one in meant if one.kind == "study"}
        if meant := [one for one in meant if one.kind != "report" or one.name not in studies]:
            return meant
    return []


def meant(known: Collection[Named], words: str, code: str, kinds: str, hint: str, *, parts: bool = True) -> Named:
    """Return the one thing that `words` mean; raises UserError (`code`) where none is meant, or several.

    kinds: what can be named here, in words (`concept or step`). parts: whether a part of a name will do.
    """
    found = fitting(known, words, parts=parts)
    if len({one.id for one in found}) == 1:
        return found[0]
    if found:
        raise UserError(several(found, words, code))
    near = did_you_mean(words, [name for one in known for name in (one.id, one.name)])
    raise UserError(Problem(code, f"no {kinds} of this review is called {words!r}.{near}", hint=hint))


def several(found: Iterable[Named], words: str, code: str) -> Problem:
    """Return the problem that `words` mean several things."""
    said = list(dict.fromkeys(f"{one.name!r} ({one.kind}, {one.id})" for one in found))
    more = f"; and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    allowed = "; ".join(said[:_SHOWN]) + more
    return Problem(code, f"{words!r} means several things here", allowed=allowed, hint="Say more of its name.")


def person(who: str, config: Config) -> str:
    """Return a person's id; raises UsageError where nobody is named, or one who isn't in the team."""
    if not who:
        raise UsageError(Problem("ME0002", "say who you are: --reviewer ID", allowed=", ".join(config.team)))
    if who not in config.team:
        message = f"there is nobody called {who!r} in the team.{did_you_mean(who, config.team)}"
        hint = "The team stands under `team` in config/review.yaml."
        raise UsageError(Problem("ME0455", message, allowed=", ".join(config.team), hint=hint))
    return who
