"""The process on standby: it does the steps of a run as the command itself would, and never outlives who asked."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from metaethno import standby
from metaethno.handover import ADDRESS

pytestmark = pytest.mark.skipif(not standby.usable(), reason="steps are handed over on Linux only")


def below(code, *words, env=None, **how):
    """Run a script below a process on standby, to its end."""
    command = standby.command([sys.executable, "-c", textwrap.dedent(code), *words])
    return subprocess.run(command, env=os.environ | (env or {}), capture_output=True, text=True, check=False, **how)


STEP = [sys.executable, "-m", "metaethno", "stage"]


def test_a_step_is_done_by_a_copy_that_has_the_libraries_already(tmp_path):
    code = """
        import subprocess, sys
        done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
        print(done.returncode, done.stderr)
    """
    done = below(code, *STEP, "nowhere", "check", cwd=tmp_path)
    assert done.stdout.startswith("2 ")
    assert "there is no stage 'nowhere'" in done.stdout
    assert done.returncode == 0


def test_it_works_in_the_folder_and_the_environment_of_who_asked(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/review.yaml").write_text("team: [")
    code = """
        import os, subprocess, sys
        done = subprocess.run(sys.argv[1:], cwd=os.environ["ELSEWHERE"], capture_output=True, text=True)
        print(done.returncode, done.stderr)
    """
    done = below(code, *STEP, "screening", "check", env={"ELSEWHERE": str(tmp_path)})
    assert done.stdout.startswith("1 ")
    assert "config/review.yaml" in done.stdout
    assert "ME0153" in done.stdout


def test_what_it_says_goes_where_the_step_was_told_to_write(tmp_path):
    shell = f"{' '.join(STEP)} nowhere check 2> {tmp_path / 'log'}; exit 0"
    done = below("import subprocess, sys; subprocess.run(['bash', '-c', sys.argv[1]], check=True)", shell)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "there is no stage 'nowhere'" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(("end", "code"), [("sys.exit(7)", 7), ("os.kill(os.getpid(), signal.SIGKILL)", 137)])
def test_it_ends_as_the_command_ended(end, code):
    assert below(f"import os, signal, sys; {end}").returncode == code


def test_where_nobody_listens_the_command_does_the_step_itself(tmp_path):
    env = os.environ | {ADDRESS: str(tmp_path / "gone")}
    done = subprocess.run([*STEP, "nowhere", "check"], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no stage 'nowhere'" in done.stderr


@pytest.mark.parametrize("name", ["a" * 90 + "/" + "b" * 90, "gone"])
def test_where_it_cannot_listen_the_steps_are_done_all_the_same(tmp_path, name):
    deep = tmp_path / name
    if name != "gone":
        deep.mkdir(parents=True)
    code = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL).returncode)"
    assert below(code, *STEP, "nowhere", "check", env={"TMPDIR": str(deep)}).returncode == 2


def waited(what, seconds=20):
    until = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < until:
        time.sleep(0.02)
    return found


@pytest.fixture
def listening(tmp_path):
    """A process on standby, and the address where it listens."""
    code = (
        "import os, pathlib, sys, time\npathlib.Path(sys.argv[1]).write_text(os.environ[sys.argv[2]])\ntime.sleep(60)"
    )
    note = tmp_path / "address"
    command = standby.command([sys.executable, "-c", code + "\ntime.sleep(60)", str(note), ADDRESS])
    with subprocess.Popen(command, start_new_session=True) as process:
        assert waited(lambda: note.is_file() and note.read_text())
        yield psutil.Process(process.pid), note.read_text()
        os.killpg(process.pid, signal.SIGKILL)


def ask(address, *words, folder="/"):
    """Ask for a command, as `hand_over` does; return the line on which the answer comes."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(address)
    message = json.dumps({"words": words, "folder": str(folder), "environment": dict(os.environ)}).encode()
    with Path(os.devnull).open() as nothing:
        socket.send_fds(line, [len(message).to_bytes(4, "big")], [nothing.fileno(), 1, 2])
    line.sendall(message)
    return line


def copies(process):
    found = []
    for one in process.children():
        with contextlib.suppress(psutil.NoSuchProcess):  # it may end while it is looked at
            if one.cmdline()[1:3] == ["-m", "metaethno.standby"]:
                found.append(one)
    return found


def test_two_steps_are_done_at_once_and_none_is_left_behind(listening):
    process, address = listening
    lines = [ask(address, "explain", "ME0153") for _ in range(2)]
    assert [line.recv(1) for line in lines] == [b"\0", b"\0"]
    assert waited(lambda: not copies(process))


def test_one_step_after_the_other_is_done_and_the_place_is_tidied_up(listening):
    process, address = listening
    for _ in range(3):
        assert ask(address, "explain", "ME0153").recv(1) == b"\0"
        assert waited(lambda: not copies(process))
    process.children()[0].kill()  # the command itself: the first that was started
    assert waited(lambda: not Path(address).parent.exists())


def test_a_step_ends_when_who_asked_is_killed(listening, tmp_path):
    process, address = listening
    os.mkfifo(tmp_path / "never.ris")  # a file that nobody ever writes: to read it takes for ever
    line = ask(address, "inspect", "never.ris", folder=tmp_path)
    (copy,) = waited(lambda: copies(process))
    assert waited(lambda: str(tmp_path) == copy.cwd())
    line.close()
    assert waited(lambda: not copies(process))


def test_half_a_message_does_nothing_and_the_next_is_heard(listening):
    process, address = listening
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(address)
        line.sendall(b"\0\0\1\0{")
    assert ask(address, "explain", "ME0153").recv(1) == b"\0"
    assert waited(lambda: not copies(process))


def test_nobody_else_may_ask(listening):
    _, address = listening
    assert Path(address).parent.stat().st_mode & 0o077 == 0


def test_an_interrupt_reaches_the_command_and_the_steps_and_all_end(listening, tmp_path):
    process, address = listening
    os.mkfifo(tmp_path / "never.ris")
    line = ask(address, "inspect", "never.ris", folder=tmp_path)
    (copy,) = waited(lambda: copies(process))
    assert waited(lambda: str(tmp_path) == copy.cwd())
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    assert line.recv(1) == bytes([130])
    assert waited(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
