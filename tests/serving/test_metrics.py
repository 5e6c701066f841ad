"""The figures of several processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families

from serving.metric_slots import take_slot

ROOT = Path(__file__).parents[2]
FOLDER = """
import sys
from serving import metrics
metrics.NOTES.labels("classify").inc()
metrics.QUEUE.set(7)
print("counted", flush=True)
sys.stdin.read()
"""
LOOK = """
import os
from pathlib import Path
from prometheus_client import CollectorRegistry, generate_latest, multiprocess
from serving.metric_slots import forget_dead
forget_dead(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
registry = CollectorRegistry()
multiprocess.MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""


def read_samples(text):
    families = text_string_to_metric_families(text)
    return [each for family in families for each in family.samples]


def total(samples, name, **labels):
    return sum(each.value for each in samples if each.name == name and labels.items() <= each.labels.items())


def test_a_process_that_died_leaves_its_counts_and_the_next_one_goes_on_with_them(tmp_path):
    variables = os.environ | {"PYTHONPATH": str(ROOT), "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def look():
        return read_samples(subprocess.check_output([sys.executable, "-c", LOOK], env=variables, text=True))

    for count in (1, 2, 3):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen([sys.executable, "-c", FOLDER], env=variables, **pipes) as process:
            assert process.stdout.readline() == b"counted\n"
            if count == 1:
                assert total(look(), "huoren_queue_notes") == 7
            process.kill()
        samples = look()
        assert total(samples, "huoren_notes_total") == count
        assert total(samples, "huoren_queue_notes") == 0
    assert len(list(tmp_path.glob("counter_*.db"))) == 1


def test_processes_that_live_at_once_count_apart(tmp_path):
    variables = os.environ | {"PYTHONPATH": str(ROOT), "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        subprocess.Popen([sys.executable, "-c", FOLDER], env=variables, **pipes) as one,
        subprocess.Popen([sys.executable, "-c", FOLDER], env=variables, **pipes) as other,
    ):
        assert one.stdout.readline() == other.stdout.readline() == b"counted\n"
        samples = read_samples(subprocess.check_output([sys.executable, "-c", LOOK], env=variables, text=True))
        assert total(samples, "huoren_notes_total") == 2
        assert total(samples, "huoren_queue_notes") == 14
        one.communicate(b"")
        other.communicate(b"")


@pytest.mark.skipif(sys.platform == "darwin", reason="there nothing sets space aside")
def test_space_for_all_figures_is_set_aside_so_that_a_full_disk_ends_no_process(tmp_path):
    variables = os.environ | {"PYTHONPATH": str(ROOT), "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", FOLDER], env=variables, input=b"", stdout=subprocess.DEVNULL, check=True)
    files = [path.stat() for path in tmp_path.glob("*.db")]
    assert len(files) == 5
    assert all(file.st_blocks * 512 >= file.st_size == 2**18 for file in files)


@pytest.mark.skipif(sys.platform == "darwin", reason="there nothing sets space aside")
def test_whoever_reads_the_figures_while_another_process_starts_finds_whole_files(tmp_path, monkeypatch):
    looks, set_aside = [], os.posix_fallocate

    def look(*given):
        looks.append(list(MultiProcessCollector(CollectorRegistry(), path=tmp_path).collect()))
        set_aside(*given)

    monkeypatch.setattr(os, "posix_fallocate", look)
    take_slot(tmp_path)
    assert looks == [[]] * 5
