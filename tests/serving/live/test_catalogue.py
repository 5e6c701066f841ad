from serving.live.catalogue import list_models
from serving.settings import Settings
from tests.serving.live.conftest import add_model


def test_the_shipped_models_are_always_known():
    known = list_models(Settings())
    assert {model.origin for model in known.values()} == {"shipped"}
    assert len(known) == 2


def test_a_registry_adds_its_versions_and_nothing_half_copied(tmp_path):
    add_model(tmp_path, "1.0")
    add_model(tmp_path, ".2.0.tmp")
    (tmp_path / "champion").symlink_to("1.0")
    (tmp_path / "empty").mkdir()
    (tmp_path / "decisions.jsonl").touch()
    assert [
        model.version for model in list_models(Settings(models=tmp_path)).values() if model.origin != "shipped"
    ] == ["1.0"]


def test_the_configured_model_goes_before_one_of_the_same_version(tmp_path):
    folder = add_model(tmp_path / "mine", "1.0")
    add_model(tmp_path / "registry", "1.0")
    known = list_models(Settings(model=folder, models=tmp_path / "registry"))
    assert (known["1.0"].origin, known["1.0"].folder) == ("configured", folder)


def test_a_registry_that_is_not_there_leaves_the_others(tmp_path):
    assert len(list_models(Settings(models=tmp_path / "no"))) == 2
