"""The Quarto engine, with a stand-in for Quarto; nothing here says how the real one behaves."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from metaethno.errors import UserError
from metaethno.render import choose_engine

STAND_IN = """\
#!{python}
import json, os, sys
from pathlib import Path
with open({log!r}, "a") as log:
    log.write(json.dumps([sys.argv[1:], os.getcwd(), os.environ.get("MARK")]) + "\\n")
if sys.argv[1] == "--version":
    print("9.9.9")
    raise SystemExit
if os.environ.get("FAIL"):
    print("ERROR: no such thing on line 7", file=sys.stderr)
    raise SystemExit(3)
if "--output-dir" in sys.argv:
    out = Path(sys.argv[sys.argv.index("--output-dir") + 1])
else:
    out = Path("_output")
for name in {makes!r}:
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_text("made")
"""
ALL = ["pages/index.html", "pages/review.html", "pages/review.docx", "pages/review.pdf", "pages/flow.html"]


@pytest.fixture
def quarto(tmp_path: Path):
    def make(makes: list[str] = ALL, folder: str = "bin") -> Path:
        path = tmp_path / folder / "quarto"
        path.parent.mkdir(exist_ok=True)
        path.write_text(STAND_IN.format(python=sys.executable, log=str(tmp_path / "log"), makes=makes))
        path.chmod(0o755)
        return path

    return make


def calls(tmp_path: Path) -> list[list[object]]:
    return [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]


def test_the_configuration_comes_first_then_the_variable_then_the_path(quarto):
    a, b, c = quarto(folder="a"), quarto(folder="b"), quarto(folder="c")
    env = {"QUARTO_PATH": str(b), "PATH": str(c.parent)}
    assert choose_engine(str(a), env).executable == a  # type: ignore[attr-defined]
    assert choose_engine(str(a.parent), env).executable == a  # type: ignore[attr-defined]
    assert choose_engine(None, env).executable == b  # type: ignore[attr-defined]
    assert choose_engine("quarto", env).executable == b  # type: ignore[attr-defined]
    assert choose_engine("", {"PATH": str(c.parent)}).executable == c  # type: ignore[attr-defined]
    assert choose_engine("embedded", env).name == "embedded"
    assert choose_engine(None, {"PATH": ""}).name == "embedded"
    assert choose_engine(None, {}).name == "embedded"


@pytest.mark.parametrize(
    ("configured", "env"),
    [("quarto", {}), ("/nowhere/quarto", {}), (None, {"QUARTO_PATH": "/nowhere/quarto"}), ("quatro", {"PATH": ""})],
)
def test_a_quarto_that_was_asked_for_and_is_missing(configured: str | None, env: dict[str, str]):
    with pytest.raises(UserError, match="ME0902"):
        choose_engine(configured, env)


def test_render(quarto, reports: Path, tmp_path: Path):
    engine = choose_engine(str(quarto()), {"MARK": "mine", "PATH": os.environ["PATH"]})
    done = engine.render(reports, None, None)
    assert (done.name, done.version) == ("quarto", "9.9.9")
    assert [str(p.relative_to(reports / "_output")) for p in done.outputs] == ALL
    version, render = calls(tmp_path)
    assert version[0] == ["--version"]
    assert render == [
        ["render", str(reports), "--metadata", "description:Rendered by Quarto 9.9.9"],
        str(reports),
        "mine",
    ]


def test_pages_and_another_folder(quarto, reports: Path, tmp_path: Path):
    engine = choose_engine(str(quarto()), {})
    done = engine.render(reports, tmp_path / "out", ["flow"])
    assert done.outputs == (tmp_path / "out/pages/flow.html",)
    arguments = calls(tmp_path)[1][0]
    assert arguments[:2] == ["render", str(reports / "pages/flow.qmd")]  # type: ignore[index]
    assert arguments[2:4] == ["--output-dir", str(tmp_path / "out")]  # type: ignore[index]


def test_an_exit_code_is_an_error_with_what_was_said(quarto, reports: Path):
    engine = choose_engine(str(quarto()), {"FAIL": "1"})
    with pytest.raises(UserError, match="no such thing on line 7") as caught:
        engine.render(reports, None, None)
    assert caught.value.problems[0].code == "ME0903"
    assert "ended with 3" in str(caught.value)


def test_outputs_that_are_not_there_are_an_error(quarto, reports: Path):
    engine = choose_engine(str(quarto(["pages/index.html", "pages/review.html"])), {})
    with pytest.raises(UserError) as caught:
        engine.render(reports, None, None)
    assert [p.code for p in caught.value.problems] == ["ME0904"] * 3


def test_an_output_of_an_earlier_run_does_not_count(quarto, reports: Path):
    for name in ALL:
        (reports / "_output" / name).parent.mkdir(parents=True, exist_ok=True)
        (reports / "_output" / name).write_text("old")
    engine = choose_engine(str(quarto([])), {})
    with pytest.raises(UserError, match="ME0904"):
        engine.render(reports, None, None)


def test_a_file_that_is_no_program(reports: Path, tmp_path: Path):
    path = tmp_path / "quarto"
    path.write_text("\x00")
    path.chmod(0o755)
    with pytest.raises(UserError, match="ME0902"):
        choose_engine(str(path), {}).render(reports, None, None)
