"""The artifact: what was written comes back bit by bit, and a folder that is not whole and known is refused."""

import hashlib
import pickle
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from data.errors import ModelError
from data.notes import Note
from models.artifact import load_artifact, write_artifact
from models.classifier import Classifier
from models.features import extract
from models.linear import score
from models.prevalence import Validation
from models.signals import scanner
from models.text_batch import TextBatch

NOTES = [
    Note(note_id="a", title="手工皂上新", body="到手价29.9，加微信：qinghe_test88"),
    Note(note_id="b", body="周末爬山"),
]


@pytest.fixture
def folder(small_model, tmp_path):
    return Path(shutil.copytree(small_model, tmp_path / "copy"))


def change(folder, **changes):
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest | changes))


def replace_file(folder, name, content):
    """Replace a file and its hash, as whoever tampers would."""
    (folder / name).write_bytes(content)
    files = msgspec.json.decode((folder / "manifest.json").read_bytes())["files"]
    stored = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    change(folder, files=files | {name: stored})


def logits(model):
    batch = TextBatch(NOTES)
    return score(model, batch, extract(batch, scanner().scan(batch), scanner().detectors))


def rewrite(folder, artifact, **extra):
    policy = (folder / "policy.toml").read_text(encoding="utf-8")
    return write_artifact(folder, model=artifact.model, manifest=artifact.manifest, policy=policy, extra=extra)


def test_what_is_written_again_gives_the_same_logits(folder):
    first = load_artifact(folder)
    rewrite(folder, first, **{"trained_notes.npy": (folder / "trained_notes.npy").read_bytes()})
    second = load_artifact(folder)
    assert np.array_equal(logits(first.model).notes, logits(second.model).notes)
    assert np.array_equal(logits(first.model).author, logits(second.model).author)
    assert (second.calibration, second.policy) == (first.calibration, first.policy)
    assert second.manifest == first.manifest


def test_manifest_names_every_file_with_its_size(folder):
    complete = rewrite(folder, load_artifact(folder), NOTICE=b"notice")
    assert complete.files.keys() | {"manifest.json"} == {path.name for path in folder.iterdir()}
    assert all(stored.bytes == (folder / name).stat().st_size for name, stored in complete.files.items())


def test_files_of_an_earlier_artifact_do_not_stay(folder):
    artifact = load_artifact(folder)
    rewrite(folder, artifact, **{"validation.npz": b"old", "CARD.md": b"old"})
    rewrite(folder, artifact, NOTICE=b"new")
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "weights.safetensors", "policy.toml", "NOTICE"}


def test_a_folder_that_was_half_written_is_refused(folder, monkeypatch):
    artifact = load_artifact(folder)
    write_bytes = Path.write_bytes

    def full_disk(path, content):
        if path.name == "NOTICE":
            raise OSError(28, "No space left on device")
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match="No space left"):
        rewrite(folder, artifact, NOTICE=b"new")
    with pytest.raises(ModelError, match=r"must hold a readable manifest\.json"):
        load_artifact(folder)


@pytest.mark.parametrize("version", ["", "../up", "a b", "-x"])
def test_a_version_that_is_no_plain_name_is_not_written(folder, version):
    artifact = load_artifact(folder)
    manifest = msgspec.structs.replace(artifact.manifest, model_version=version)
    with pytest.raises(ModelError, match="a model version must be letters"):
        rewrite(folder, msgspec.structs.replace(artifact, manifest=manifest))


def test_a_file_that_artifacts_do_not_know_is_not_written(folder):
    with pytest.raises(ModelError, match=r"Got 'model\.pkl' as well"):
        rewrite(folder, load_artifact(folder), **{"model.pkl": b""})


FEATURES = {"hash": "0", "ngrams": [1, 2, 3], "seed": "groups-1", "buckets": 262144, "fields": ["title"]}
STORED = {"sha256": "0", "bytes": 1}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "huoren-linear-2"}, r"'format' must be 'huoren-linear-1'\. Got 'huoren-linear-2'"),
        ({"surprise": 1}, "unknown field `surprise`"),
        ({"features": FEATURES}, "'features' must fit this version"),
        ({"features": FEATURES | {"more": 1}}, "unknown field `more`"),
        ({"labels": ["organic", "diversion"]}, "'labels' must fit this version"),
        ({"questions": ["diversion", "commercial", "disclosed"]}, "'questions' must fit this version"),
        ({"normaliser_version": 0}, "'normaliser_version' must fit this version"),
        ({"label_thresholds": {"diversion": 0.5}}, r"'label_thresholds' must hold .*\. Got diversion\."),
        ({"label_thresholds": {"commercial": 0.5, "disclosed": 0.5, "diversion": 1.5}}, "`float` <= 1.0"),
        ({"explicit_floor": -0.1}, "`float` >= 0.0"),
        ({"calibration": {}}, "'calibration' must give slope and offset"),
        ({"files": {}}, r"'files' must hold 'policy\.toml'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_manifest_that_does_not_fit_is_refused(folder, changes, message):
    change(folder, **changes)
    with pytest.raises(ModelError, match=message):
        load_artifact(folder)


@pytest.mark.parametrize("name", ["model.pkl", "../policy.toml"])
def test_a_file_that_artifacts_do_not_know_is_refused(folder, name):
    files = msgspec.json.decode((folder / "manifest.json").read_bytes())["files"]
    change(folder, files=files | {name: STORED})
    with pytest.raises(ModelError, match="'files' must be among"):
        load_artifact(folder)


@pytest.mark.parametrize("name", ["weights.safetensors", "policy.toml"])
def test_a_changed_file_is_refused(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ModelError, match="its SHA-256 must be the manifest's"):
        load_artifact(folder)


def test_a_missing_file_is_refused(folder):
    (folder / "policy.toml").unlink()
    with pytest.raises(ModelError, match="the manifest names it, so it must be readable"):
        load_artifact(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"null"])
def test_a_manifest_that_is_no_json_object_is_refused(folder, content):
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"manifest\.json: (must be JSON|'format' must be)"):
        load_artifact(folder)


def without_bias(tensors):
    del tensors["bias"]


def with_another(tensors):
    tensors["head"] = tensors["bias"]


def with_a_short_bias(tensors):
    tensors["bias"] = tensors["bias"][:2]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (without_bias, "weights must be bias, .* instead"),
        (with_another, "Got .*head.* instead"),
        (with_a_short_bias, r"weights 'bias' must have shape \(3,\)\. Got \(2,\)"),
    ],
)
def test_weights_that_do_not_fit_are_refused(folder, spoil, message):
    tensors = load_tensors((folder / "weights.safetensors").read_bytes())
    spoil(tensors)
    replace_file(folder, "weights.safetensors", save_tensors(tensors))
    with pytest.raises(ModelError, match=message):
        load_artifact(folder)


def test_pickled_weights_are_refused(folder):
    replace_file(folder, "weights.safetensors", pickle.dumps({"bias": [0.0]}))
    with pytest.raises(ModelError, match="must be a safetensors file"):
        load_artifact(folder)


def test_pickled_validation_statistics_are_refused(folder):
    with (folder / "validation.npz").open("wb") as file:
        np.savez(file, format_version=np.asarray(1), classes=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelError, match="must be a readable npz without pickle"):
        Validation.load(folder / "validation.npz")


def test_a_classifier_of_a_rewritten_folder_answers_the_same(folder, classifier):
    rewrite(folder, load_artifact(folder))
    assert Classifier.load(folder).classify_many(NOTES) == classifier.classify_many(NOTES)
