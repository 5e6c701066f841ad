"""The models that are shipped: each loads, and the clean twin learned from nothing that is not ours or under MIT."""

from pathlib import Path

import pytest

import models
from data.notes import Note
from models.artifact import load_artifact
from models.classifier import Classifier

FOLDERS = [path for name in ("released", "clean") if (path := Path(models.__path__[0]) / name).is_dir()]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_loads_and_finds_a_contact(folder):
    verdict = Classifier.load(folder).classify(Note(note_id="a", body="同款加V信 qinghe_8823，拍了发你"))
    assert "wechat_id" in {each.detector for each in verdict.evidence}
    assert {path.name for path in folder.iterdir()} >= {"CARD.md", "NOTICE", "policy.toml", "validation.npz"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_only_the_clean_twin_says_so(folder):
    is_clean = folder.name == "clean"
    licences = {each.licence for each in load_artifact(folder).manifest.training_data}
    assert (licences <= {"Apache-2.0", "MIT"}) == is_clean
    for name in ("CARD.md", "NOTICE"):
        text = (folder / name).read_text(encoding="utf-8")
        assert ("for those who may not use weights" in text) == is_clean
