"""A PostgreSQL server of the tests' own: in a new folder, on a Unix socket, without fsync."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

BINARIES = next(
    (path for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True) if (path / "initdb").exists()),
    Path(found).parent if (found := shutil.which("initdb")) else None,
)
_OPTIONS = "-c fsync=off -c full_page_writes=off -c listen_addresses= -c max_connections=60"


@contextlib.contextmanager
def new_postgres():
    """Give a server that is to be started, and remove it in the end; skip the test where none can be made."""
    if BINARIES is None:
        pytest.skip("PostgreSQL (initdb) is not installed")
    server = PostgresServer()
    try:
        yield server
    finally:
        server.remove()


class PostgresServer:
    """Make one, `start` it, and `remove` it in the end; `stop` and `start` as often as a test likes."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="huoren-pg-", dir="/tmp"))  # a socket's path must be short
        self.url = f"postgresql://postgres@/postgres?host={self.folder}"
        if os.geteuid() == 0:  # initdb refuses root
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", f"{self.folder}/data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync")

    def start(self):
        options = f"{_OPTIONS} -k {self.folder}"
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-o", options, "-w", "start")
        return self

    def stop(self, how="fast"):
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", how, "-w", "stop")

    @property
    def is_running(self):
        return (self.folder / "data" / "postmaster.pid").exists()

    def send(self, number):
        """Send all its processes a signal; the first is the one that starts the others."""
        postmaster = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
        os.kill(int(postmaster), number)
        listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True).stdout.split()
        pids = zip(listing[::2], listing[1::2], strict=True)
        for pid in (pid for pid, parent in pids if parent == postmaster):
            with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(int(pid), number)

    def remove(self):
        if self.is_running:
            self.stop("immediate")
        shutil.rmtree(self.folder)

    def _run(self, program, *arguments):
        command = [str(BINARIES / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # Files, not pipes: the server inherits them, and a pipe would stay open with it.
        with open(self.folder / "tests.log", "ab") as log:
            subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True, timeout=120)
