"""`huoren serve` as a command of its own: started, watched, killed in part or whole, started again on its state."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[3]
_SECONDS = 180


class RealService:
    """One state folder and one log, whatever becomes of the processes.

    Parameters
    ----------
    folder
        Gets `state`, `log`, and what the service writes to the folder of temporary files.
    variables
        Of the environment, such as `HUOREN_DATABASE_URL`.
    """

    def __init__(self, folder, *arguments, workers=2, **variables):
        self.folder, self.state = folder, folder / "state"
        self._workers = workers
        self._arguments = ("--port", "0", "--workers", str(workers), *arguments)
        own = {"PYTHONPATH": str(ROOT), "HUOREN_STATE": str(self.state), "TMPDIR": str(folder)}
        self.environment = os.environ | own | variables
        self._started_at = 0
        self.process = None
        self.port = None

    def start(self):
        """Start, and return once notes can be judged."""
        log = self.folder / "log"
        self._started_at = log.stat().st_size if log.exists() else 0
        with log.open("ab") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "serving.cli", "serve", *self._arguments],
                cwd=self.folder,
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=stream,
                start_new_session=True,
            )
        self.port = int(wait_for(self._said_port))
        wait_for(self._are_workers_ready)
        return self

    @property
    def log(self):
        return (self.folder / "log").read_text()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path, body=None, method=None, timeout=60, **headers):
        """Ask once: status and answer; JSON goes in and comes out."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | {name.replace("_", "-"): headers[name] for name in headers}
        request = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, _decode(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _decode(error.read())

    def members(self):
        """Give the processes below the supervisor: "worker" or "keeper" by process id."""
        workers = {int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", self.log)}
        return {pid: "worker" if pid in workers else "keeper" for pid in _children(self.process.pid)}

    def kill(self, part):
        """SIGKILL "all" of the service, its "supervisor", or its "keeper" or one "worker" once nobody is missing."""
        if part == "all":
            os.killpg(self.process.pid, signal.SIGKILL)
        elif part == "supervisor":
            self.process.kill()
        else:
            members = wait_for(self._whole)
            with contextlib.suppress(ProcessLookupError):
                os.kill(max(pid for pid, name in members.items() if name == part), signal.SIGKILL)

    def wait_until_gone(self):
        """Wait until no process of the service is left."""
        self.process.wait(timeout=_SECONDS)
        wait_for(lambda: not _group(self.process.pid))

    def stop(self):
        """SIGTERM; gives the exit status."""
        self.process.terminate()
        return self.process.wait(timeout=_SECONDS)

    def end(self):
        """Leave nothing running."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=_SECONDS)

    def _whole(self):
        """Give all members; None while one is missing, or has not said yet what it is."""
        members = self.members()
        return members if sorted(members.values()) == ["keeper"] + ["worker"] * self._workers else None

    def _are_workers_ready(self):
        """Tell whether every worker has said that it judges."""
        said = self._log_since_start()
        workers = re.findall(rb"Started server process \[(\d+)\]", said)
        ready = re.findall(rb'model \S+ is in use", "process": (\d+)', said)  # the process of a job says so, too
        return len(set(workers) & set(ready)) >= self._workers

    def _said_port(self):
        said = re.search(rb"http://127\.0\.0\.1:(\d+)", self._log_since_start())
        assert said or self.process.poll() is None, self.log[-2000:]
        return said and said[1]

    def _log_since_start(self):
        with (self.folder / "log").open("rb") as log:
            log.seek(self._started_at)
            return log.read()


def wait_for(claim, seconds=_SECONDS):
    """Wait until a claim holds, generously; give what it gave."""
    latest = time.monotonic() + seconds
    while not (holds := claim()):
        assert time.monotonic() < latest, "it never came to hold"
        time.sleep(0.05)
    return holds


def _decode(data):
    with contextlib.suppress(ValueError):
        return json.loads(data)
    return data


def _listing(columns):
    lines = subprocess.run(["ps", "-A", "-ww", "-o", columns], capture_output=True, text=True).stdout.splitlines()
    return [line.split(None, 2) for line in lines]


def _children(parent):
    """List a process's children that it spawned for work."""
    listing = _listing("pid=,ppid=,command=")
    return [int(pid) for pid, ppid, command in listing if int(ppid) == parent and "--multiprocessing-fork" in command]


def _group(group):
    return [pid for pid, pgid, state in _listing("pid=,pgid=,stat=") if int(pgid) == group and state[0] != "Z"]
