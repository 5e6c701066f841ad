import os
import shutil

import pytest

from data.errors import ConfigError, ModelError
from models.artifact import load_artifact
from training.registry import Registry, manifest_sha256


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "registry")


@pytest.fixture
def added(registry, artifact_of):
    """Add an artifact of a version, and return its folder."""

    def add(version):
        folder = artifact_of(version)
        with registry.locked():
            registry.add(folder, sha256=manifest_sha256(folder))
        return folder

    return add


def test_a_registry_that_is_not_there_is_empty(registry):
    assert (registry.versions(), registry.champion, registry.folder.exists()) == ([], None, False)


def test_the_champion_is_a_relative_link_that_loads(registry, added, tmp_path):
    added("1.0")
    registry.crown("1.0")
    assert registry.champion == "1.0"
    moved = shutil.move(registry.folder, tmp_path / "moved")
    assert load_artifact(moved / "champion").manifest.model_version == "1.0"


def test_a_new_champion_takes_the_place_of_the_old_one(registry, added):
    for version in ("1.0", "1.1"):
        added(version)
        registry.crown(version)
    assert (registry.champion, registry.versions()) == ("1.1", ["1.0", "1.1"])


def test_a_copy_that_is_stopped_leaves_nothing(registry, added, artifact_of, monkeypatch):
    added("1.0")
    registry.crown("1.0")
    folder, copyfile = artifact_of("1.1"), shutil.copyfile

    def stop_at_the_policy(source, target):
        if source.name == "policy.toml":
            raise KeyboardInterrupt
        return copyfile(source, target)

    monkeypatch.setattr(shutil, "copyfile", stop_at_the_policy)
    with registry.locked(), pytest.raises(KeyboardInterrupt):
        registry.add(folder, sha256=manifest_sha256(folder))
    assert sorted(os.listdir(registry.folder)) == [".lock", "1.0", "champion"]
    assert load_artifact(registry.folder / "champion").manifest.model_version == "1.0"


def test_what_a_killed_copy_left_is_no_version_and_goes_with_the_next_promotion(registry, added):
    stage = registry.folder / ".1.1.tmp"
    stage.mkdir(parents=True)
    (stage / "weights.safetensors").write_bytes(b"half")
    assert registry.versions() == []
    added("1.1")
    assert not stage.exists()
    assert load_artifact(registry.path_of("1.1")).manifest.model_version == "1.1"


def test_a_model_that_changed_after_it_was_judged_is_not_taken(registry, artifact_of):
    folder = artifact_of("1.0")
    with registry.locked(), pytest.raises(ModelError, match="must stay as it was judged"):
        registry.add(folder, sha256="0" * 64)
    assert registry.versions() == []


def test_a_model_with_cut_weights_is_not_taken(registry, artifact_of):
    folder = artifact_of("1.0")
    (folder / "weights.safetensors").write_bytes(b"cut")
    with registry.locked(), pytest.raises(ModelError, match="its SHA-256 must be the manifest's"):
        registry.add(folder, sha256=manifest_sha256(folder))
    assert registry.versions() == []


def test_one_promotion_at_a_time(registry):
    with registry.locked(), pytest.raises(ConfigError, match="Got another at work"), registry.locked():
        pass


def test_files_beside_the_artifact_are_not_copied(registry, artifact_of):
    folder = artifact_of("1.0")
    (folder / "my-notes.jsonl").write_text("{}", encoding="utf-8")
    with registry.locked():
        registry.add(folder, sha256=manifest_sha256(folder))
    assert "my-notes.jsonl" not in os.listdir(registry.path_of("1.0"))
    assert len(os.listdir(registry.path_of("1.0"))) == 4


@pytest.mark.parametrize("version", ["champion", "decisions.jsonl", "../1.0", ".1.0"])
def test_a_version_that_is_no_name_of_a_folder_here_is_refused(registry, version):
    with pytest.raises(ModelError, match="a model version must"):
        registry.path_of(version)


@pytest.mark.parametrize("target", ["gone", "../fitted", "/"])
def test_a_champion_that_leads_elsewhere_is_an_error(registry, target):
    registry.folder.mkdir()
    (registry.folder / "champion").symlink_to(target)
    with pytest.raises(ModelError, match="must lead to a version beside it"):
        _ = registry.champion


def test_a_champion_that_is_a_folder_is_an_error(registry):
    (registry.folder / "champion").mkdir(parents=True)
    with pytest.raises(ModelError, match="must be a symlink"):
        _ = registry.champion


def test_a_model_folder_is_no_registry(small_model):
    with pytest.raises(ConfigError, match="a registry must be a folder of model folders"):
        Registry(small_model)
