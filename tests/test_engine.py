"""The hash of a stage's code: it changes with what the stage runs, and with nothing else."""

import ast

import pytest
import yaml

from metaethno import engine
from metaethno.errors import UserError
from metaethno.stages import STAGES


def names(stage):
    return {p.relative_to(engine.PACKAGE).as_posix() for p in engine.files_of(stage)}


@pytest.mark.parametrize("stage", list(STAGES))
def test_a_stage_depends_on_its_shell_its_functions_and_the_shared_modules(stage):
    assert {f"shell/{stage}.py", f"stages/{stage}.py", "tables.py", "schemas.py"} <= names(stage)


def test_the_readers_concern_search_and_records_only():
    assert "formats/ris.py" in names("search") & names("records")
    assert not any(n.startswith("formats/") for n in names("dedupe") | names("screening"))


def test_the_engines_of_the_report_change_no_table():
    assert not any(n.startswith("render/") for n in names("reports"))
    assert any(n.startswith("render/") for n in names("pages"))


def test_the_command_line_changes_no_result():
    for stage in engine.HASHED:
        assert not {"cli.py", "__init__.py"} & names(stage)


def test_a_changed_module_changes_its_stages_and_no_other(tmp_path, monkeypatch):
    import shutil

    copy = tmp_path / "metaethno"
    shutil.copytree(engine.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(engine, "PACKAGE", copy)
    before = engine.hashes()
    with (copy / "stages/synthesis.py").open("a") as out:
        out.write("\n# changed\n")
    after = engine.hashes()
    assert {s for s in before if before[s] != after[s]} == {"synthesis"}


def test_a_lock_of_another_program_is_refused_and_names_the_stages(tmp_path):
    data = yaml.safe_load(engine.lock_text())
    data["version"] = "0.0.9"
    data["stages"]["dedupe"] = "0" * 16
    (tmp_path / "engine.lock").write_text(yaml.safe_dump(data))
    with pytest.raises(UserError, match=r"metaethno 0\.0\.9.*dedupe") as error:
        engine.check_lock(tmp_path)
    assert "metaethno lock" in str(error.value)


def test_the_lock_of_the_installed_program_is_taken(tmp_path):
    (tmp_path / "engine.lock").write_text(engine.lock_text())
    assert engine.check_lock(tmp_path) == engine.hashes()


def syntax_tree_imports(code):
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names if name == "metaethno" or name.startswith("metaethno.")}


def test_no_import_of_any_module_is_overlooked():
    """Taking each module apart is slow; the quick look has to find whatever Python would."""
    for path in engine.PACKAGE.rglob("*.py"):
        code = path.read_bytes()
        assert engine.imports(code) >= syntax_tree_imports(code), path


def test_imports_in_brackets_under_other_names_and_where_they_are_used():
    code = b"""
import metaethno.tables
from metaethno.stages import (
    screening as votes,  # a word, with a comma
    search,
)
def later():
    from metaethno import config, review as there
    import os, metaethnography
from os import path
"""
    assert engine.imports(code) == syntax_tree_imports(code)
    assert {"metaethno.stages.screening", "metaethno.stages.search", "metaethno.review"} <= engine.imports(code)
