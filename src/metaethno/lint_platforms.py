"""What only one platform knows of a query: the library `search-query`, for PubMed, EBSCOhost and Web of Science.

The library (MIT) knows the fields, operators and wildcards of these three. It runs in a process of its own with a time
limit: it never comes back from some garbled queries, its time grows with the square of the number of terms, and it
prints. Numbered search histories are left to `metaethno.lint`, since it takes a query for one wherever '1.' occurs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final

from metaethno.lint import Finding, check_query, pieces

SECONDS: Final = 10.0
_PLATFORMS: Final = {"pubmed": "pubmed", "ebsco": "ebscohost", "web of science": "wos", "wos": "wos"}
NAMES: Final = {"pubmed": "PubMed", "ebscohost": "EBSCOhost", "wos": "Web of Science", "ovid": "Ovid"}
# What `metaethno.lint` finds itself, with a better place.
_OURS: Final = frozenset({"TERM_0001", "PARSE_0002", "PARSE_0003", "STRUCT_0001"})
# Said once for a whole query: a search without field codes has one of these for each of its terms.
_ONCE: Final = frozenset({"STRUCT_0002", "FIELD_0002", "FIELD_0004"})


def platform_of(platform: str, source: str = "") -> str:
    """Return `pubmed`, `ebscohost`, `wos` or `ovid` by what a search log says of the platform, or "" for any other."""
    for said in (platform.casefold(), source.casefold()):
        if "ovid" in said:
            return "ovid"
        if found := next((name for word, name in _PLATFORMS.items() if word in said.split() or word in said), ""):
            return found
    return ""


def check(text: str, platform: str) -> list[Finding]:
    """Return all findings on a query as it was run on `platform` (one of `platform_of`)."""
    found = check_query(text)
    if platform in ("pubmed", "ebscohost", "wos") and text.strip() and pieces(text)[0].number is None:
        found += _library(text, platform)
    return sorted(found, key=lambda f: (f.line, f.column, f.code))


def _library(text: str, platform: str, seconds: float = SECONDS) -> list[Finding]:
    command = [sys.executable, "-c", f"from {__name__} import _answer; _answer()"]
    name = NAMES[platform]
    try:
        done = subprocess.run(
            command, input=json.dumps([text, platform]), capture_output=True, text=True, timeout=seconds, check=False
        )
        messages: list[dict[str, Any]] = json.loads(done.stdout) if done.returncode == 0 else [{}]
    except (subprocess.TimeoutExpired, ValueError):
        messages = [{}]
    if messages == [{}]:
        said = f"the library for the syntax of {name} could not read this query; only the general checks were made"
        return [Finding("ME0361", "note", 1, 1, said, f"Try it on {name} before you trust it.")]
    return list(_translated(text, name, messages))


def _translated(text: str, name: str, messages: list[dict[str, Any]]) -> list[Finding]:
    found: list[Finding] = []
    times = {code: sum(len(m["position"] or [0]) for m in messages if m["code"] == code) for code in _ONCE}
    said: set[str] = set()
    for message in messages:
        code = message["code"]
        if code in _OURS or code in said:
            continue
        if code in _ONCE:
            said.add(code)
        start = min((p[0] for p in message["position"] or []), default=0)
        words = " ".join((message["details"] or message["message"]).split())
        more = f" ({times[code]} times)" if times.get(code, 0) > 1 else ""
        level = "error" if message["is_fatal"] else "note" if code in _ONCE else "warning"
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        found.append(
            Finding("ME0360", level, line, column, f"{name}: {words[:300]}{more}", f"search-query calls it {code}.")
        )
    return found


def _answer() -> None:
    """Answer on standard output what the library says of the query on standard input: the other process runs this."""
    import contextlib
    import io

    text, platform = json.load(sys.stdin)
    with contextlib.redirect_stdout(io.StringIO()):
        import search_query.parser as library

        parser: Any = library.PARSERS[platform][library.LATEST_VERSIONS[platform]](text, field_general="")
        try:
            parser.parse()
        except Exception:
            if not parser.linter.messages:
                raise
    keys = ("code", "message", "details", "is_fatal", "position")
    json.dump([{key: m[key] for key in keys} for m in parser.linter.messages], sys.stdout)
