"""Replicas behind nginx on loopback, for the measurements and tests that need them.

The nginx that runs here includes `deploy/replicas.conf`, the same file as in service.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from coach.settings import PROJECT_ROOT

__all__ = ["NGINX", "Fleet", "fleet", "gate"]

READY_WITHIN = 240
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
"""Where nginx is; None where it is not installed."""

_CONFIGURATION = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream replicas {{ zone replicas 64k; {servers} }}
    upstream pages {{ zone pages 64k; hash $remote_addr consistent; {servers} }}
    server {{ listen 127.0.0.1:{port}; include {rules}; }}
}}
"""


@dataclass(frozen=True)
class Fleet:
    """What runs: the address of nginx, and the replicas behind it."""

    url: str
    replicas: Sequence["subprocess.Popen[bytes]"]
    ports: Sequence[int]

    def memory_mb(self) -> list[int]:
        """Return the resident memory of each replica that is alive, in MB."""
        found = []
        for replica in self.replicas:
            status = Path(f"/proc/{replica.pid}/status")
            if replica.poll() is None and status.is_file():
                kept = next(x for x in status.read_text().splitlines() if x.startswith("VmRSS"))
                found.append(int(kept.split()[1]) // 1024)
        return found


@contextmanager
def fleet(count: int) -> Iterator[Fleet]:
    """Run that many `coach serve` behind one nginx, all on free ports of loopback."""
    ports = _free_ports(count)
    quiet = {"COACH_TRANSCRIBER": "off", "COACH_SPEAKER": "off", "HF_HUB_OFFLINE": "1"}
    unlimited = {"COACH_TURNS_PER_MINUTE": "100000"}  # all people come from one address here
    with ExitStack() as running:
        replicas = []
        for port in ports:
            command = [sys.executable, "-m", "coach", "serve", "--port", str(port)]
            replica = subprocess.Popen(  # noqa: S603
                command,
                cwd=PROJECT_ROOT,
                env={**os.environ, **quiet, **unlimited},
                stdout=subprocess.DEVNULL,
            )
            running.callback(_end, replica)
            replicas.append(replica)
            _wait(f"http://127.0.0.1:{port}/readyz", replica)
        url = running.enter_context(gate(ports))
        yield Fleet(url, tuple(replicas), tuple(ports))


@contextmanager
def gate(ports: Sequence[int]) -> Iterator[str]:
    """Run nginx before what listens on these ports of loopback; yield its address."""
    if NGINX is None:
        sys.exit("nginx is not installed (Debian: apt install nginx-light).")
    (front,) = _free_ports(1)
    with ExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory(prefix="homeward-gate-"))
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                folder=folder,
                port=front,
                rules=PROJECT_ROOT / "deploy" / "replicas.conf",
                servers=" ".join(f"server 127.0.0.1:{p} fail_timeout=5s;" for p in ports),
            )
        )
        nginx = subprocess.Popen([NGINX, "-c", str(configuration), "-p", folder])  # noqa: S603
        running.callback(_end, nginx)
        _wait(f"http://127.0.0.1:{front}/healthz", nginx)
        yield f"http://127.0.0.1:{front}"


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + READY_WITHIN
    while time.monotonic() < ends:
        if process.poll() is not None:
            sys.exit(f"What was to answer at {url} ended.")
        try:
            if httpx.get(url, timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    sys.exit(f"Nothing answers at {url}.")
