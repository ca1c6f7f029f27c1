"""Steps of a run that start at once: a process that has loaded the libraries, and forks for each of them.

Every rule is a process, and loading pandas, Arrow and pydantic takes longer than most rules do. So `metaethno run`
starts Snakemake below a process of this module (`main`). It listens on a socket in a folder that only this user can
enter. `metaethno stage ...`, called by a rule, hands it the words of the command, the folder, the environment and the
open files (`metaethno.handover`); it forks, and the copy does the step and answers with the exit code. It loads the
libraries while Snakemake starts, which takes longer.

The code is the same either way, and so are the results. Where nobody listens (plain `snakemake`, macOS, whose own
libraries don't bear a fork), the command does the step itself.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Sequence
from typing import NoReturn

from metaethno.handover import ADDRESS, SIZE
from metaethno.stages import STAGES

# What nearly every step loads; what only some need (pandera, matplotlib, rapidfuzz), they load themselves.
_LIBRARIES = (
    "pandas",
    "pyarrow.compute",
    "pyarrow.csv",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "metaethno.agreement",
    "metaethno.commands.stage_",
    "metaethno.flow",
    "metaethno.related",
    "metaethno.trace",
    *(f"metaethno.{part}.{stage}" for stage in STAGES for part in ("shell", "stages")),
)
_LONGEST = 1 << 24


def usable() -> bool:
    """Say whether steps may be done by a copy of a process here."""
    return sys.platform == "linux"


def command(words: Sequence[str]) -> list[str]:
    """Return the command that runs another one (`words`) to its end, and meanwhile does the steps that it asks for."""
    return [sys.executable, "-m", "metaethno.standby", *words] if usable() else list(words)


def main(words: Sequence[str]) -> int:
    """Run a command; do the steps that it asks for until it ends; return its exit code, 128 + N if signal N ended it.

    Interrupts are for the command and for the steps, which are in the same group of processes: this one waits.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    waking, woken = socket.socketpair()
    for end in (waking, woken):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
    environment, folder = dict(os.environ), ""
    with socket.socket(socket.AF_UNIX) as door:
        with contextlib.suppress(OSError):  # no room, no right to write, a path too long for a socket: then without
            # No `TemporaryDirectory`: it would be removed at the end of each copy of this process.
            folder = tempfile.mkdtemp(prefix="metaethno-")
            door.bind(f"{folder}/standby")
            door.listen()
            environment[ADDRESS] = f"{folder}/standby"
        try:
            child = subprocess.Popen(list(words), env=environment)
            code = _serve(child, door if ADDRESS in environment else None, woken)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return code if code >= 0 else 128 - code


def _serve(child: subprocess.Popen[bytes], door: socket.socket | None, woken: socket.socket) -> int:
    """Do the steps that are asked for until the command ends; return its exit code."""
    if door:
        _load()
    with selectors.DefaultSelector() as ears:
        ears.register(woken, selectors.EVENT_READ)
        if door:
            ears.register(door, selectors.EVENT_READ)
        while (code := _ended(child)) is None:
            for key, _ in ears.select():
                if door and key.fileobj is door:
                    _fork(door)
                else:
                    with contextlib.suppress(BlockingIOError):
                        woken.recv(4096)
    with contextlib.suppress(ChildProcessError):  # a step ends with who asked for it
        while True:
            os.wait()
    return code


def _ended(child: subprocess.Popen[bytes]) -> int | None:
    """Return the exit code of the command if it has ended. Steps that have ended are let go."""
    code = child.poll()
    with contextlib.suppress(ChildProcessError):
        while code is None:
            # Only looked at: `poll` has to find the command's own end.
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                break
            if ended.si_pid == child.pid:
                code = child.poll()
            else:
                os.waitpid(ended.si_pid, 0)
    return code


def _load() -> None:
    from metaethno.cli import start_lightly

    start_lightly()
    for name in _LIBRARIES:
        importlib.import_module(name)
    # What is loaded stays: copies need not look through it for what could be thrown away.
    gc.freeze()


def _fork(door: socket.socket) -> None:
    line, _ = door.accept()
    with warnings.catch_warnings():
        # The one other thread is that of Arrow's allocator, which knows what to do at a fork.
        warnings.simplefilter("ignore", DeprecationWarning)
        copy = os.fork()
    if copy:
        line.close()
        return
    try:
        door.close()
        _do(line)
    except BaseException:  # whatever it is: the copy must not go on as the process on standby
        traceback.print_exc()
        os._exit(1)


def _do(line: socket.socket) -> NoReturn:
    """Become the process that was asked for: its files, folder and environment; do the step, answer, end."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    size, files, _, _ = socket.recv_fds(line, SIZE, 3)
    length = int.from_bytes(size, "big")
    message = b""
    while len(message) < min(length, _LONGEST) and (piece := line.recv(length - len(message))):
        message += piece
    if len(size) < SIZE or len(files) < 3 or len(message) < length:
        os._exit(1)
    for place, file in enumerate(files):
        os.dup2(file, place)
    for file in files:
        os.close(file)
    asked = json.loads(message)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["metaethno", *asked["words"]]
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    from metaethno.cli import main

    try:
        code = main(asked["words"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    line.sendall(bytes([code & 255]))
    os._exit(code & 255)


def _end_with(line: socket.socket) -> None:
    """End at once when the one who asked is gone: nobody must go on writing for a rule that was killed."""
    with contextlib.suppress(OSError):
        line.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
