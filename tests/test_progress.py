"""Who waits at a terminal sees that something goes on; a file or another program gets nothing of it."""

import io
import os
import pty
import subprocess
import sys

from metaethno.commands import out
from tests.worlds import environment

WORKS = """
import time
from metaethno.commands import out
with out.working("Reading [a].ris") as say:
    time.sleep(0.3)
    say("Reading [b].ris")
    time.sleep(0.3)
print("done")
"""


def test_nothing_is_written_where_no_person_looks(capsys):
    with out.working("Reading") as say:
        say("Reading on")
    assert capsys.readouterr() == ("", "")


def _at_a_terminal(**more: str) -> str:
    ours, theirs = pty.openpty()
    env = {k: v for k, v in environment().items() if k != "NO_COLOR"} | {"TERM": "xterm"} | more
    with subprocess.Popen([sys.executable, "-c", WORKS], stderr=theirs, stdout=subprocess.PIPE, env=env) as process:
        os.close(theirs)
        seen = io.BytesIO()
        while True:
            try:
                seen.write(os.read(ours, 1024))
            except OSError:
                break
        assert process.stdout.read() == b"done\n"
    os.close(ours)
    return seen.getvalue().decode()


def test_a_person_sees_what_is_done_with_names_as_they_are():
    seen = _at_a_terminal()
    assert "Reading [a].ris" in seen
    assert "Reading [b].ris" in seen
    assert "\x1b[3" in seen, "no colour at a terminal"


def test_no_color_is_heeded():
    seen = _at_a_terminal(NO_COLOR="1")
    assert "Reading [a].ris" in seen
    assert "\x1b[3" not in seen
