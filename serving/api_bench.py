"""How fast the service answers, measured with wrk from outside: `python -m serving.api_bench`, or `make bench-api`.

Rounds of a few seconds, so that a machine whose speed changes from minute to minute changes all parts alike: the
library on its own, notes 64 at a time, a route that does nothing (`/healthz`), notes one at a time. Figures are medians
of the rounds, ratios medians of each round's own. In the end notes come one at a time while the model is swapped and
rolled back. The notes are those of the bundled archive. The service runs as `huoren serve --workers 1` with an embedded
database, wrk and its keeper beside it; then once more with a worker a core, for batches alone.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from data.errors import ConfigError
from data.notes import note_from_mapping
from serving.note_classifier import load_classifier
from serving.options import positive_int

_BATCH = 64
_BODIES = 500
_SECONDS = 2  # of each part of a round
_SWAP_SECONDS = 10
_LATENCY = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s)$", re.MULTILINE)
_PER_SECOND = re.compile(r"^Requests/sec:\s+([\d.]+)$", re.MULTILINE)
_NOT_GOOD = re.compile(r"^\s+(?:Non-2xx or 3xx responses: (\d+)|Socket errors: (.+))$", re.MULTILINE)
_MS = {"us": 1e-3, "ms": 1.0, "s": 1e3}
_SCRIPT = """
local bodies, at = {}, 0
for line in io.lines("BODIES") do bodies[#bodies + 1] = line end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  at = at % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[at])
end
"""


@dataclass(frozen=True)
class Load:
    """What wrk saw; latencies in milliseconds."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failures: str


@dataclass(frozen=True)
class _Round:
    library: float  # notes a second
    batch: Load
    noop: Load
    one: Load
    four: Load


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m serving.api_bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=positive_int, default=7, help="of ten seconds, and of four (default: 7)")
    args = parser.parse_args(argv)
    if shutil.which("wrk") is None:
        raise ConfigError("wrk must be installed: apt-get install wrk, or brew install wrk. It is not.")
    archive = resources.files("data").joinpath("archive/notes.jsonl")
    raw = [json.loads(line) for line in archive.read_text(encoding="utf-8").splitlines()]
    library = _Library(raw)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        single = _bodies(Path(folder) / "single", raw[:_BODIES])
        batches = [{"notes": raw[start : start + _BATCH]} for start in range(0, len(raw) - _BATCH, _BATCH)]
        many = _bodies(Path(folder) / "batch", batches)
        with _service(Path(folder) / "one", 1) as address:
            url = f"{address}/v1/classify"
            _wrk(url, single, connections=4, seconds=3)  # warms both
            rounds = [
                _Round(
                    library=library.rate(),
                    batch=_wrk(f"{url}/batch", many, connections=2, seconds=_SECONDS),
                    noop=_wrk(f"{address}/healthz", None, connections=4, seconds=_SECONDS),
                    one=_wrk(url, single, connections=1, seconds=_SECONDS),
                    four=_wrk(url, single, connections=4, seconds=_SECONDS),
                )
                for _ in range(args.rounds)
            ]
            swapper = threading.Timer(_SWAP_SECONDS / 2, _swap, [address])
            swapper.start()
            swapped = _wrk(url, single, connections=4, seconds=_SWAP_SECONDS)
            swapper.join()
        with _service(Path(folder) / "cores", cores) as address:
            url = f"{address}/v1/classify/batch"
            _wrk(url, many, connections=2 * cores, seconds=3)
            all_cores = [
                (library.rate(), _wrk(url, many, connections=2 * cores, seconds=_SECONDS)) for _ in range(args.rounds)
            ]
    _print(rounds, swapped, all_cores, cores)
    loads = [swapped, *(load for each in rounds for load in (each.batch, each.noop, each.one, each.four))]
    failures = [load.failures for load in (*loads, *(load for _, load in all_cores)) if load.failures]
    for failure in failures:
        Console().print(f"failures: {failure}")
    return 1 if failures else 0


class _Library:
    """The classifier alone, 64 notes a call."""

    def __init__(self, raw: Sequence[dict[str, Any]]) -> None:
        self._classifier = load_classifier(None, None)
        self._classifier.warm()
        self._notes = [note_from_mapping(each) for each in raw]

    def rate(self) -> float:
        """Time about as long as the loads last: notes a second."""
        start, judged = time.perf_counter(), 0
        while time.perf_counter() - start < _SECONDS:
            for at in range(0, len(self._notes), _BATCH):
                self._classifier.classify_many(self._notes[at : at + _BATCH])
            judged += len(self._notes)
        return judged / (time.perf_counter() - start)


@contextmanager
def _service(folder: Path, workers: int) -> Iterator[str]:
    folder.mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUOREN_")}
    command = [sys.executable, "-m", "serving.cli", "serve", "--port", "0", "--workers", str(workers)]
    environ |= {"HUOREN_STATE": str(folder / "state"), "PYTHONPATH": str(Path(__file__).parents[1])}
    with (folder / "serve.log").open("w+") as log:
        process = subprocess.Popen(command, env=environ, stderr=log, stdout=log)
        try:
            yield _address(process, folder / "serve.log")
        finally:
            process.terminate()
            process.wait(60)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(600):
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text()):
            with _suppressed(), urllib.request.urlopen(f"{found[0]}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return found[0]
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise ConfigError("the service must start within a minute. It did not.")


@contextmanager
def _suppressed() -> Iterator[None]:
    try:
        yield
    except OSError:
        return


def _bodies(path: Path, bodies: Sequence[Any]) -> Path:
    path.with_suffix(".jsonl").write_text("\n".join(json.dumps(body, ensure_ascii=False) for body in bodies) + "\n")
    script = path.with_suffix(".lua")
    script.write_text(_SCRIPT.replace("BODIES", str(path.with_suffix(".jsonl"))))
    return script


def _wrk(url: str, script: Path | None, *, connections: int, seconds: int) -> Load:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", url]
    if script is not None:
        command[-1:] = ["-s", str(script), url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = _PER_SECOND.search(text)
    latencies = {name: float(number) * _MS[unit] for name, number, unit in _LATENCY.findall(text)}
    if found is None or len(latencies) != 2:
        raise ConfigError("wrk must print its latencies. It did not.")
    return Load(float(found[1]), latencies["50"], latencies["99"], " ".join(map("".join, _NOT_GOOD.findall(text))))


def _swap(address: str) -> None:
    """Swap to the clean twin and back."""
    with urllib.request.urlopen(f"{address}/v1/models", timeout=30) as answer:
        known = json.load(answer)
    other = next(model["version"] for model in known["models"] if model["version"].endswith("-clean"))
    for path, body in (("current", {"version": other}), ("rollback", None)):
        request = urllib.request.Request(
            f"{address}/v1/models/{path}",
            None if body is None else json.dumps(body).encode(),
            method="POST" if body is None else "PUT",
        )
        urllib.request.urlopen(request, timeout=30).close()


def _print(rounds: Sequence[_Round], swapped: Load, all_cores: Sequence[tuple[float, Load]], cores: int) -> None:
    table = Table("what", "a second", "p50 ms", "p99 ms", "ratio")
    table.add_row("library, 64 a call, one core", f"{median(each.library for each in rounds):,.0f} notes", "", "", "")
    for workers, pairs in ((1, [(each.library, each.batch) for each in rounds]), (cores, all_cores)):
        rate = median(load.per_second for _, load in pairs) * _BATCH
        share = median(load.per_second * _BATCH / library for library, load in pairs)
        latencies = _latencies([load for _, load in pairs])
        table.add_row(f"batches of 64, workers: {workers}", f"{rate:,.0f} notes", *latencies, f"{share:.0%} of library")
    noop = [each.noop for each in rounds]
    table.add_row("no-op, connections: 4", *_requests(noop), *_latencies(noop), "")
    for name, loads in (("1", [each.one for each in rounds]), ("4", [each.four for each in rounds])):
        share = median(load.per_second / other.per_second for load, other in zip(loads, noop, strict=True))
        ratio = f"{share:.0%} of no-op"
        table.add_row(f"one note, connections: {name}", *_requests(loads), *_latencies(loads), ratio)
    table.add_row("the same, model swapped", *_requests([swapped]), *_latencies([swapped]), "")
    Console().print(table)


def _requests(loads: Sequence[Load]) -> tuple[str]:
    return (f"{median(load.per_second for load in loads):,.0f} requests",)


def _latencies(loads: Sequence[Load]) -> tuple[str, str]:
    return f"{median(load.p50_ms for load in loads):.2f}", f"{median(load.p99_ms for load in loads):.2f}"


if __name__ == "__main__":
    raise SystemExit(main())
