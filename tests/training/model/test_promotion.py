import msgspec
import pytest

from data.errors import ConfigError, ModelError
from models.classifier import Classifier
from models.manifest import read_manifest
from training.guards import read_guards
from training.promotion import decide, roll_back
from training.registry import Registry, manifest_sha256

GUARDS = msgspec.structs.replace(
    read_guards(None)[0], floors={"diversion_f1": 0.6, "diversion_auc": 0.8}, ceilings={"diversion_ece": 0.5}
)


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "registry")


@pytest.fixture
def crown(registry, artifact_of):
    def put(version, **changes):
        folder = artifact_of(version, **changes)
        with registry.locked():
            registry.add(folder, sha256=manifest_sha256(folder))
        registry.crown(version)
        return folder

    return put


@pytest.fixture
def decision_on(three_kinds, table_judge, registry, monkeypatch):
    """Decide on a candidate, where a version's name says which diversions it finds: all, all of source a, none."""
    gold, right = three_kinds
    missing = {row.note.note_id: (0.1, 0.2) for row in gold.rows if row.diversion == "yes"}
    of_b = {row.note.note_id for row in gold.rows if row.source == "b"}
    found = {
        "all": right,
        "some": right | dict(list(missing.items())[::4]),
        "only-a": right | {note_id: scores for note_id, scores in missing.items() if note_id in of_b},
        "none": right | missing,
    }
    kinds = {version: table_judge(scores) for version, scores in found.items()}

    def load(folder):
        return kinds[read_manifest(folder).model_version.partition("_")[0]]

    monkeypatch.setattr(Classifier, "load", load)
    return lambda folder, **options: decide(folder, registry, [gold], GUARDS, guards_sha256="g", **options)


def test_the_first_model_needs_only_to_reach_the_floors(decision_on, artifact_of):
    decision = decision_on(artifact_of("all"))
    assert (decision.accepted, decision.champion, decision.reasons) == (True, None, ())
    assert {check.rule for check in decision.checks} == {"floor", "ceiling"}


def test_a_first_model_below_a_floor_is_refused_unless_forced(decision_on, artifact_of):
    folder = artifact_of("none")
    refused, forced = decision_on(folder), decision_on(folder, force_first=True)
    assert (refused.accepted, forced.accepted, forced.forced) == (False, True, True)
    assert refused.reasons == forced.reasons == ("gold.jsonl: diversion_f1 must not be under 0.6. Got 0.000",)


def test_a_better_model_is_accepted(decision_on, artifact_of, crown):
    crown("some")
    decision = decision_on(artifact_of("all"))
    assert (decision.accepted, decision.champion, decision.reasons) == (True, "some", ())


def test_a_model_worse_on_one_source_is_refused_with_the_source_named(decision_on, artifact_of, crown):
    crown("all")
    decision = decision_on(artifact_of("only-a"))
    assert not decision.accepted
    assert any("source b: diversion_f1 0.000, the champion's is 1.000" in reason for reason in decision.reasons)
    assert not any("source a" in reason for reason in decision.reasons)


def test_a_decision_names_what_it_rests_on(decision_on, artifact_of, crown):
    crown("some")
    folder = artifact_of("all")
    decision = decision_on(folder)
    assert decision.candidate_sha256 == manifest_sha256(folder)
    assert [(file.name, file.sha256, file.rows) for file in decision.files] == [("gold.jsonl", "0" * 64, 120)]
    assert {check.slice for check in decision.checks} == {"overall", "source a", "source b"}


def test_a_model_that_saw_the_exam_is_refused_even_as_a_forced_first(decision_on, artifact_of):
    decision = decision_on(artifact_of("all", trained_on=["0" * 64]), force_first=True)
    assert (decision.accepted, decision.checks) == (False, ())
    assert decision.reasons[0].startswith("gold.jsonl: the candidate was trained on it")


def test_a_champion_that_saw_the_exam_is_told_and_still_to_be_beaten(decision_on, artifact_of, crown):
    crown("some", trained_on=["0" * 64])
    decision = decision_on(artifact_of("all"))
    assert (decision.accepted, decision.files[0].trained_on_by) == (True, ("champion",))


def test_a_version_that_the_registry_holds_with_other_contents_is_refused(decision_on, artifact_of, crown, tmp_path):
    crown("all")
    (tmp_path / "fitted").rename(tmp_path / "earlier")
    decision = decision_on(artifact_of("all", explicit_floor=0.123))
    assert not decision.accepted
    assert "the registry holds another model all" in decision.reasons[0]


def test_nothing_measured_is_no_pass(artifact_of, registry, labelled, three_kinds, decision_on):
    gold, _ = three_kinds
    few = type(gold)("few.jsonl", "1" * 64, gold.rows[:3])
    decision = decide(artifact_of("all"), registry, [few], GUARDS, guards_sha256="g")
    assert not decision.accepted
    assert "no guarded figure could be measured" in decision.reasons[0]


def test_a_champion_that_cannot_be_loaded_is_replaced_only_by_force(decision_on, artifact_of, crown, monkeypatch):
    crown("all")
    load = Classifier.load

    def fail_on_the_champion(folder):
        if folder.name == "all" and folder.parent.name == "registry":
            raise ModelError("'features' must fit this version of huoren.")
        return load(folder)

    monkeypatch.setattr(Classifier, "load", fail_on_the_champion)
    folder = artifact_of("some")
    with pytest.raises(ModelError, match="the champion all must be loadable, or be replaced with --force-first"):
        decision_on(folder)
    assert decision_on(folder, force_first=True).accepted


def test_force_does_not_pass_by_a_champion(decision_on, artifact_of, crown):
    crown("all")
    folder = artifact_of("some")
    with pytest.raises(ConfigError, match="--force-first must find no champion that can be loaded. Got all"):
        decision_on(folder, force_first=True)


def test_a_rollback_takes_a_version_that_lies_there(registry, crown):
    crown("1.0")
    crown("1.1")
    decision = roll_back(registry, "1.0")
    assert (decision.kind, decision.candidate, decision.champion, decision.accepted) == ("rollback", "1.0", "1.1", True)


def test_a_rollback_to_what_is_not_there_names_what_is(registry, crown):
    crown("1.0")
    with pytest.raises(ConfigError, match=r"Known: 1\.0\."):
        roll_back(registry, "0.9")
