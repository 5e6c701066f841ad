"""What all tests share: one thread a process for linear algebra, a small model fitted once, and HUOREN_REQUIRE_ALL.

That variable turns every skip into a failure, so that a machine lacking something cannot look green. Examples of
properties are the same in every run, and none has a deadline: hypothesis' profile `ci`.
"""

import argparse
import os

import pytest
from hypothesis import settings

settings.load_profile("ci")
pytest.register_assert_rewrite("tests.serving")  # what its modules claim for tests fails with figures, too
# Before numpy loads: in processes that share the cores, threads of linear algebra wait for one another in busy loops.
os.environ.setdefault("OMP_NUM_THREADS", "1")
REQUIRE_ALL = os.environ.get("HUOREN_REQUIRE_ALL", "").lower() in ("1", "true", "yes", "on")


def refuse_skips(report):
    """Fail a skipped report, naming what was skipped for; an expected failure is no skip."""
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"Under HUOREN_REQUIRE_ALL nothing may be skipped. Got: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return refuse_skips((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return refuse_skips((yield))


@pytest.fixture(scope="session")
def small_model(tmp_path_factory):
    """Give the folder that `huoren fit DIR` writes without a corpora folder: a model of our own corpus, in seconds."""
    from training.fit import add_arguments, run  # here: most tests need no scikit-learn

    folder = tmp_path_factory.mktemp("model")
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    run(parser.parse_args([str(folder), "--version", "small-1", "--quiet"]))
    return folder


@pytest.fixture(scope="session")
def classifier(small_model):
    """Give a classifier of that model, with the policy that the fit wrote."""
    from models.classifier import Classifier

    return Classifier.load(small_model)
