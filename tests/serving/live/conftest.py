"""Live models over each database, and registries of models made of those that ship."""

import shutil
from pathlib import Path

import msgspec
import pytest

import models
from serving.live.models import LiveModels
from serving.live.policy_body import PolicyBody, Rules, Threshold, Thresholds
from serving.settings import Settings
from serving.store.engine import Store

CLEAN = Path(models.__file__).parent / "clean"
LENIENT = PolicyBody(
    diversion=Thresholds(1, 1),
    undisclosed_ad=Threshold(1),
    rule=Rules("pass", "pass"),
    comments=Thresholds(1, 1),
)


def add_model(registry, version, *, broken=False):
    """Put a copy of a shipped model into a registry, under another version."""
    folder = registry / version
    shutil.copytree(CLEAN, folder)
    manifest = folder / "manifest.json"
    raw = msgspec.json.decode(manifest.read_bytes())
    manifest.write_bytes(msgspec.json.encode(raw | {"model_version": version}))
    if broken:
        (folder / "weights.safetensors").write_bytes(b"cut")
    return folder


@pytest.fixture
def registry(tmp_path):
    """Give a registry with a good model "9.1" and a broken one "9.2"."""
    folder = tmp_path / "registry"
    add_model(folder, "9.1")
    add_model(folder, "9.2", broken=True)
    return folder


@pytest.fixture
def settings(tmp_path, registry):
    return Settings(state=tmp_path / "state", models=registry)


@pytest.fixture
def live(settings, store):
    """Give live models that are loaded."""
    live = LiveModels(settings, store)
    live.load()
    return live


@pytest.fixture
def away(tmp_path):
    """Give a store whose database is away."""
    return Store(f"sqlite:///{tmp_path}/no/such/folder/huoren.db")
