"""HUOREN_REQUIRE_ALL turns every skip into a failure, so that a machine lacking something cannot look green."""

import os

import pytest

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
