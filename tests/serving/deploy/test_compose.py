"""Compose file, settings and image: nothing misspelt, no password by default, no port open to others."""

import re
import shutil
import subprocess
from pathlib import Path

import yaml

import serving.settings
from serving.settings import KNOWN

DEPLOY = Path(serving.settings.__file__).parent / "deploy"
ROOT = DEPLOY.parents[1]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
EXAMPLE = dict(
    line.split("=", 1) for line in (DEPLOY / ".env.example").read_text().splitlines() if line and line[0] != "#"
)


SERVICE_KEYS = (
    "build cap_drop command depends_on environment healthcheck image init networks ports read_only restart "
    "security_opt shm_size stop_grace_period tmpfs volumes"
)


def test_compose_takes_the_file(tmp_path):
    """By itself where it is installed, which takes no engine; elsewhere by the keys that it knows."""
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, timeout=60).returncode:
        assert set(COMPOSE) <= {"name", "services", "networks", "volumes"}
        assert {key for service in SERVICES.values() for key in service} <= set(SERVICE_KEYS.split())
        assert all(name in COMPOSE["networks"] for service in SERVICES.values() for name in service["networks"])
        return
    (tmp_path / "env").write_text("".join(f"{name}=abcdefghijklmnop1\n" for name in EXAMPLE))
    options = ["--env-file", str(tmp_path / "env"), "-f", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    done = subprocess.run([docker, "compose", *options], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_every_setting_is_one_that_huoren_knows():
    given = {name for name in SERVICES["huoren"]["environment"] if name.startswith("HUOREN_")}
    assert given <= set(KNOWN)
    assert {name for name in EXAMPLE if name.startswith("HUOREN_")} <= set(KNOWN)


def test_every_variable_stands_in_the_example():
    used = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    assert used == set(EXAMPLE)


def test_no_secret_has_a_default():
    names = ("POSTGRES_PASSWORD", "HUOREN_SECRET", "GRAFANA_PASSWORD")
    assert all(EXAMPLE[name] == "" for name in names)
    text = (DEPLOY / "compose.yaml").read_text()
    for name in names:
        assert set(re.findall(rf"\$\{{{name}(.)", text)) == {":"}
        assert not re.search(rf"\$\{{{name}:?-", text)


def test_ports_are_open_to_this_machine_alone():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(ports) == {"huoren", "grafana"}
    assert all(port.startswith("127.0.0.1:") for each in ports.values() for port in each)


def test_only_huoren_reaches_the_database():
    assert COMPOSE["networks"]["store"] == {"internal": True}
    assert {name for name, service in SERVICES.items() if "store" in service["networks"]} == {"huoren", "postgres"}


def test_services_start_again_and_what_they_keep_outlives_them():
    image = (DEPLOY / "Dockerfile").read_text()
    for name, service in SERVICES.items():
        assert service["restart"] == "unless-stopped"
        assert "healthcheck" in service or (name == "huoren" and "HEALTHCHECK" in image)
    mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]]
    assert {volume for volume in mounted if volume[0] != "."} == set(COMPOSE["volumes"])
    assert all((DEPLOY / path).is_file() for path in mounted if path[0] == ".")


def test_the_image_is_made_of_files_that_there_are_and_may_be_seen():
    image = (DEPLOY / "Dockerfile").read_text()
    seen = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[0] == "!"}
    copied = {
        path.rstrip("/")
        for line in re.findall(r"^COPY (?!--from)(.+)$", image, re.MULTILINE)
        for path in line.split()[:-1]
    }
    assert copied == seen
    assert all((ROOT / path).exists() for path in copied)


def test_the_image_runs_as_nobody_special_and_stops_in_good_order():
    image = (DEPLOY / "Dockerfile").read_text()
    last = image.rsplit("FROM ", 1)[1]
    assert "\nUSER huoren\n" in last
    assert 'ENTRYPOINT ["huoren"]' in last  # no shell between the signal and the service
    assert "pip" not in last
