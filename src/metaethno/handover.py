"""Who asks for a step: see `metaethno.standby`. It imports next to nothing, since it starts with every rule."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence

ADDRESS = "METAETHNO_STANDBY"
"""The variable of the environment that says where somebody listens."""

SIZE = 4
"""How many bytes say how long the message is."""


def hand_over(words: Sequence[str]) -> int | None:
    """Let the process on standby do a command; return its exit code, or None if nobody took it.

    Once it was taken, nobody else does it: where the one who does it is killed, the code is 1.
    """
    message = json.dumps({"words": list(words), "folder": os.getcwd(), "environment": dict(os.environ)}).encode()  # noqa: PTH109
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(os.environ[ADDRESS])
            socket.send_fds(line, [len(message).to_bytes(SIZE, "big")], [0, 1, 2])
            line.sendall(message)
        except OSError:  # nobody listens any more; half a message does nothing
            return None
        while True:
            try:
                answer = line.recv(1)
            except KeyboardInterrupt:  # who does the step was interrupted, too, and says so
                continue
            return answer[0] if answer else 1
