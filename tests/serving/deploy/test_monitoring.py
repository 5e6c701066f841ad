"""Prometheus' and Grafana's files: valid, about metrics that there are, and alarms that go off when they should."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import prometheus_client
import pytest
import yaml

from serving import metrics

DEPLOY = Path(metrics.__file__).parent / "deploy"
HISTOGRAM = ("_bucket", "_sum", "_count")


def known_names():
    names = {"up"}
    for each in vars(metrics).values():
        if isinstance(each, prometheus_client.Histogram):
            names |= {each._name + suffix for suffix in HISTOGRAM}
        elif isinstance(each, prometheus_client.Counter):
            names.add(each._name + "_total")
        elif isinstance(each, prometheus_client.Gauge):
            names.add(each._name)
    return names


def alert_rules():
    return yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"][0]["rules"]


def panels():
    return json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())["panels"]


@pytest.fixture(scope="module")
def promtool():
    """Give a function that runs it in the folder of the files, and says what it printed."""
    path = shutil.which("promtool")
    if path is None:
        pytest.skip("promtool (Debian's prometheus) is not installed")

    def run(*arguments):
        done = subprocess.run([path, *arguments], cwd=DEPLOY, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_prometheus_takes_its_configuration_and_the_rules(promtool):
    assert "SUCCESS" in promtool("check", "config", "prometheus.yml")


@pytest.mark.parametrize("name", [rule["alert"] for rule in alert_rules()])
def test_an_alarm_asks_for_metrics_that_there_are(name):
    (rule,) = (rule for rule in alert_rules() if rule["alert"] == name)
    asked = set(re.findall(r"\b(?:huoren_\w+|up\b)", rule["expr"]))
    assert asked
    assert asked <= known_names()


@pytest.mark.parametrize("title", [panel["title"] for panel in panels()])
def test_a_panel_asks_for_metrics_that_there_are(title):
    (panel,) = (panel for panel in panels() if panel["title"] == title)
    asked = {name for target in panel["targets"] for name in re.findall(r"huoren_\w+", target["expr"])}
    assert asked
    assert asked <= known_names()


def test_what_grafana_is_asked_is_promql(promtool, tmp_path):
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    rules = [
        {"record": f"panel:{number}", "expr": expr.replace("$__rate_interval", "1m")}
        for number, expr in enumerate(asked)
    ]
    path = tmp_path / "panels.yml"
    path.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    assert f"SUCCESS: {len(asked)} rules found" in promtool("check", "rules", str(path))


def test_the_dashboard_reads_the_source_that_is_set_up():
    (source,) = yaml.safe_load((DEPLOY / "grafana" / "datasources.yml").read_text())["datasources"]
    assert {target["datasource"]["uid"] for panel in panels() for target in panel["targets"]} == {source["uid"]}


# What Prometheus saw, a value a minute, and which alarms are on after half an hour.
ON = {"up": "1x40", 'huoren_model_info{model_version="1"}': "1x40", "huoren_store_up": "1x40"}
DRAINED = {"huoren_journal_drained_timestamp_seconds": "0+60x40"}
BUCKET = 'huoren_request_seconds_bucket{route="/v1/classify",le='
CASES = {
    "all is well": (ON | DRAINED, set()),
    "down": ({"up": "0x40"}, {"HuorenDown"}),
    "the model never loads": ({"up": "1x40"} | DRAINED, {"HuorenNotReady"}),
    "the database is away": (ON | DRAINED | {"huoren_store_up": "0x40"}, {"HuorenDatabaseAway"}),
    "the keeper stands still": (ON | {"huoren_journal_drained_timestamp_seconds": "0x40"}, {"HuorenJournalWaiting"}),
    "the keeper never came": (ON, {"HuorenJournalWaiting"}),
    "the journal fills": (ON | DRAINED | {"huoren_journal_used_ratio": "0+0.02x40"}, {"HuorenJournalFilling"}),
    "a record is refused": (
        ON | DRAINED | {'huoren_journal_aside_files{kind="refused"}': "1x40"},
        {"HuorenRecordsAside"},
    ),
    "two in a hundred are slow": (
        ON
        | DRAINED
        | {f'{BUCKET}"0.005"}}': "0+98x40", f'{BUCKET}"0.01"}}': "0+100x40", f'{BUCKET}"+Inf"}}': "0+100x40"},
        {"HuorenSlow"},
    ),
    "one in fifty fails": (
        ON | DRAINED | {'huoren_requests_total{code="200"}': "0+98x40", 'huoren_requests_total{code="500"}': "0+2x40"},
        {"HuorenErrors"},
    ),
    "overload": (ON | DRAINED | {'huoren_refused_total{reason="overload"}': "0+1x40"}, {"HuorenRefusing"}),
    "a webhook is given up": (
        ON | DRAINED | {'huoren_webhooks_total{outcome="failed"}': "0x20 1x20"},
        {"HuorenWebhooksFailing"},
    ),
    "the shadow differs": (
        ON
        | DRAINED
        | {
            'huoren_shadow_notes_total{agreement="same",label="organic"}': "0+80x40",
            'huoren_shadow_notes_total{agreement="none",label="organic"}': "0+20x40",
        },
        {"HuorenShadowDisagrees"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_alarms_go_off_when_they_should(case, promtool, tmp_path):
    seen, on = CASES[case]
    series = []
    for name, values in seen.items():
        labels = 'instance="huoren:8000",job="huoren"'
        full = f"{name[:-1]},{labels}}}" if name.endswith("}") else f"{name}{{{labels}}}"
        series.append({"series": full, "values": values})
    queries = [
        {
            "expr": f'count(ALERTS{{alertname="{rule["alert"]}",alertstate="firing"}}) or vector(0)',
            "eval_time": "30m",
            "exp_samples": [{"labels": "{}", "value": int(rule["alert"] in on)}],
        }
        for rule in alert_rules()
    ]
    path = tmp_path / "case.yml"
    tests = [{"interval": "1m", "input_series": series, "promql_expr_test": queries}]
    path.write_text(json.dumps({"rule_files": [str(DEPLOY / "alerts.yml")], "tests": tests}))
    promtool("test", "rules", str(path))
