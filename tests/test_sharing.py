"""Sharing with a real SSH server: Debian's, started for the test on a port of its own, with keys of its own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from metaethno.history.store import Store
from metaethno.history.verify import verify
from tests.history_world import ONE, TWO, begin, keep, search

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = [
    pytest.mark.soak,
    pytest.mark.xdist_group("sharing"),
    pytest.mark.skipif(SSHD is None, reason="needs Debian's openssh-server"),
    pytest.mark.skipif(importlib.util.find_spec("dvc_ssh") is None, reason="needs dvc-ssh"),
]


@pytest.fixture
def server(tmp_path):
    """Run an SSH server; yield its port and the key that it lets in."""
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", keys / name], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": keys / "host",
        "AuthorizedKeysFile": keys / "user.pub",
        "PidFile": keys / "pid",
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "Subsystem": "sftp internal-sftp",
    }
    (keys / "sshd_config").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    log = (keys / "log").open("w")
    process = subprocess.Popen([SSHD, "-D", "-e", "-f", keys / "sshd_config"], stderr=log)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port, keys / "user"
    finally:
        process.terminate()
        process.wait()
        log.close()


def test_a_review_is_shared_by_ssh_and_proved_from_there(server, tmp_path):
    port, key = server
    root = begin(tmp_path / "review")
    search(root, "2018-12-11", alpha=[ONE, TWO])
    store = Store(root)
    store.dvc("remote", "add", "--default", "shared", f"ssh://127.0.0.1:{port}{tmp_path / 'remote'}")
    user = os.environ.get("USER") or "root"
    for name, value in {"keyfile": str(key), "user": user, "allow_agent": "false"}.items():
        store.dvc("remote", "modify", "--local", "shared", name, value)
    keep(root, "Search")
    Store(root).dvc("push", "--quiet")
    kept = {p.parent.name + p.name for p in (tmp_path / "remote").glob("files/md5/??/*")}
    assert kept == {p.parent.name + p.name for p in Store(root).cache.glob("??/*")}
    shutil.rmtree(Store(root).cache)
    done = verify(root)
    assert done.problems == []
    assert done.files == len(kept)
    # A byte that was changed on the server is seen from here.
    victim = max((tmp_path / "remote").glob("files/md5/??/*"), key=lambda p: p.stat().st_size)
    victim.chmod(0o644)
    victim.write_bytes(victim.read_bytes()[:-1] + b"\0")
    assert [p.code for p in verify(root).problems] == ["ME0725"]
    victim.unlink()
    Store(root).dvc("fetch", "--quiet", check=False)
    assert len(list(Store(root).cache.glob("??/*"))) == len(kept) - 1
