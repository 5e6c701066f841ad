"""The classifier: every note gets a whole verdict, alone as in a batch, and its evidence cuts the original text."""

import tomllib
from datetime import UTC, datetime
from importlib import resources

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import ModelError
from data.labels import LABELS, QUESTIONS, Label
from data.notes import Comment, Note, note_from_mapping
from models.artifact import load_artifact
from models.classifier import Classifier
from models.policy import Phrases, default_policy
from models.verdict import Verdict

DAY = datetime(2025, 8, 1, tzinfo=UTC)
HANDLE = "需要的加微信：qinghe_test88"
STORY = "昨天风很大，我带了饭团，后来走到一半下雨了，我们就在亭子里等，其实有点累，不过回来的时候看到了彩虹"
CODES = (
    HANDLE,
    "💰AbC1dEf2GhI💰",
    "13800138000",
    "https://m.tb.cn/h.abc123D",
    "扣扣 123456789",
    "私信我发你链接",
    "主页有惊喜",
    "[笑哭R]",
    "#露营[话题]#",
    "ＶＸ：ｑｉｎｇｈｅ＿８８",
    "加➕Ⓥ：qinghe_88",
)


def note(**fields):
    return Note(
        note_id="a",
        **{"title": "周末和同学去爬山", "body": STORY, "published_at": DAY, "date_source": "given"} | fields,
    )


def comment(text, is_author=False):
    return Comment(comment_id="c", text=text, is_author=is_author)


def field_text(one, field):
    name, _, index = field.rstrip("]").partition("[")
    value = getattr(one, name)
    return value if not index else value[int(index)].text if name == "comments" else value[int(index)]


EDGES = {
    "nothing": Note(note_id="a"),
    "title alone": Note(note_id="a", title="周末去了植物园"),
    "lone surrogates": Note(note_id="a", title="\ud800", body="好\udfff加\ud83d", tags=("\udc00",)),
    "NUL": Note(note_id="a", title="\0", body=f"好\0\0{HANDLE}\0", comments=(comment("\0"),)),
    "empty fields": Note(note_id="a", tags=("", ""), comments=(comment(""), comment(" ")), image_texts=("",)),
    "200,000 characters": Note(note_id="a", body="今天天气不错，出门走走。" * 16_667),
    "a contact after 200,000 characters": Note(note_id="a", body="好" * 200_000 + HANDLE),
}


@pytest.mark.parametrize("one", EDGES.values(), ids=EDGES)
def test_any_text_gets_a_whole_verdict(classifier, one):
    verdict = classifier.classify(one)
    assert set(msgspec.to_builtins(verdict)) == set(Verdict.__struct_fields__)
    assert set(verdict.scores) == set(LABELS)
    assert set(verdict.questions) == set(QUESTIONS)
    assert sum(verdict.scores.values()) == pytest.approx(1)
    assert all(0 <= value <= 1 for value in (*verdict.scores.values(), *verdict.questions.values()))
    assert HANDLE not in one.body or any(item.kind == "wechat" for item in verdict.evidence)


def test_versions_and_date_source_are_carried(classifier):
    verdict = classifier.classify(note())
    assert (verdict.model_version, verdict.policy_version) == ("small-1", classifier.policy_version)
    assert (verdict.ruleset_version, verdict.date_source) == (classifier.ruleset_version, "given")


def test_no_notes_get_no_verdicts(classifier):
    assert classifier.classify_many([]) == []


def test_a_batch_gives_the_verdicts_of_its_notes_alone(classifier):
    corpus = resources.files("data").joinpath("corpus/notes.jsonl").read_bytes().splitlines()
    notes = [note_from_mapping(msgspec.json.decode(line)) for line in corpus[:30]]
    notes += [one for name, one in EDGES.items() if "200,000" not in name] + [note()] * 240  # more than one batch
    together = classifier.classify_many(notes)
    assert [verdict.note_id for verdict in together] == [one.note_id for one in notes]
    for one, verdict in zip(notes[:40], together, strict=False):
        alone = classifier.classify(one)
        assert verdict.scores == pytest.approx(alone.scores, abs=1e-5)
        assert [each.score for each in verdict.comments] == pytest.approx(
            [each.score for each in alone.comments], abs=1e-5
        )
        floats = {"scores": {}, "questions": {}, "comments": ()}
        assert msgspec.structs.replace(verdict, **floats) == msgspec.structs.replace(alone, **floats)


@settings(max_examples=60)
@given(data=st.data())
def test_evidence_cuts_the_original_text(classifier, data):
    pieces = st.one_of(
        st.sampled_from(CODES),
        st.text(max_size=8),
        st.text(st.characters(categories=["Cs", "Cf", "Mn", "So"]), max_size=3),
    )
    text = st.lists(pieces, max_size=6).map("".join)
    one = Note(
        note_id="a",
        title=data.draw(text),
        body=data.draw(text),
        tags=tuple(data.draw(st.lists(text, max_size=2))),
        comments=tuple(comment(each) for each in data.draw(st.lists(text, max_size=2))),
        image_texts=tuple(data.draw(st.lists(text, max_size=1))),
    )
    for item in classifier.classify(one).evidence:
        assert item.text == field_text(one, item.field)[item.start : item.end] != ""


def test_a_contact_of_the_author_diverts_and_blocks(classifier):
    for one in (note(body=HANDLE), note(comments=(comment(HANDLE, is_author=True),)), note(image_texts=(HANDLE,))):
        verdict = classifier.classify(one)
        assert (verdict.label, verdict.author_label, verdict.diversion_by) == (
            Label.DIVERSION,
            Label.DIVERSION,
            "author",
        )
        assert (verdict.decision, verdict.rule.status) == ("block", "violation")


@pytest.mark.parametrize(("is_author", "by"), [(False, "other"), (None, "unknown")])
def test_a_contact_in_another_comment_is_not_the_authors(classifier, is_author, by):
    without = classifier.classify(note())
    verdict = classifier.classify(note(comments=(comment("好看"), comment(HANDLE, is_author))))
    assert (verdict.label, verdict.diversion_by) == (Label.DIVERSION, by)
    assert verdict.author_label is without.label is Label.ORGANIC
    assert [each.decision for each in verdict.comments] == ["block"]
    assert verdict.comments[0].score >= 0.95
    assert verdict.decision != "block"


def test_nothing_that_others_say_changes_the_author(classifier):
    own = (comment("自己做的", is_author=True),)
    chatter = tuple(comment(text) for text in ("太好看了吧", "蹲一个链接", HANDLE, "真实不做作" * 20))
    for one in (note(), note(body=HANDLE), note(body="到手价29.9，链接在评论区")):
        alone = classifier.judge_many([msgspec.structs.replace(one, comments=own)])[0]
        whole = classifier.judge_many([msgspec.structs.replace(one, comments=own + chatter)])[0]
        assert whole.pa_organic == pytest.approx(alone.pa_organic, abs=1e-6)
        assert whole.verdict.author_label == alone.verdict.author_label
        assert whole.verdict.questions["diversion"] >= alone.verdict.questions["diversion"] - 1e-6


def test_the_authors_diversion_is_never_taken_back(small_model):
    artifact = load_artifact(small_model)
    weights = artifact.model.pooled_weights.copy()
    weights[1, 2] = -9  # whatever stands in other people's comments now speaks against diversion
    model = msgspec.structs.replace(artifact.model, pooled_weights=weights, bias=artifact.model.bias + 5)
    hostile = Classifier(msgspec.structs.replace(artifact, model=model))
    alone, whole = hostile.classify_many([note(), note(comments=(comment("太好看了吧"), comment("好")))])
    assert alone.label is Label.DIVERSION
    assert (whole.label, whole.diversion_by) == (Label.DIVERSION, "author")
    assert whole.questions["diversion"] >= alone.questions["diversion"] - 1e-6


def test_the_explicit_floor_is_the_manifests(small_model):
    artifact = load_artifact(small_model)
    for floor in (0.96, 0.999):
        manifest = msgspec.structs.replace(artifact.manifest, explicit_floor=floor)
        verdict = Classifier(msgspec.structs.replace(artifact, manifest=manifest)).classify(note(body=HANDLE))
        assert verdict.questions["diversion"] >= floor


def test_label_thresholds_are_the_manifests(small_model):
    artifact = load_artifact(small_model)
    for thresholds, label in (({"commercial": 0.0, "disclosed": 1.0, "diversion": 1.0}, Label.UNDISCLOSED_AD),
                              ({"commercial": 1.0, "disclosed": 1.0, "diversion": 1.0}, Label.ORGANIC),
                              ({"commercial": 1.0, "disclosed": 1.0, "diversion": 0.0}, Label.DIVERSION)):  # fmt: skip
        manifest = msgspec.structs.replace(artifact.manifest, label_thresholds=thresholds)
        assert Classifier(msgspec.structs.replace(artifact, manifest=manifest)).classify(note()).label is label


def test_phrases_of_the_policy_are_looked_for_field_by_field(small_model):
    policy = msgspec.structs.replace(default_policy(), phrases=Phrases(allow=("青禾官方",), block=("领资料",)))
    phrased = Classifier(load_artifact(small_model), policy)
    notes = [
        note(body="来領資料"),
        note(title="来领", body="资料"),
        note(body="来领资料 青禾官方"),
        note(comments=(comment("来领资料"),)),
    ]
    verdicts = phrased.classify_many(notes)
    assert [verdict.decision for verdict in verdicts] == ["block", "pass", "pass", "pass"]
    assert [[each.decision for each in verdict.comments] for verdict in verdicts] == [[], [], [], ["block"]]


def test_a_policy_file_replaces_the_models_own(small_model, tmp_path):
    text = (small_model / "policy.toml").read_text(encoding="utf-8").replace('name = "default"', 'name = "mine"')
    (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
    assert Classifier.load(small_model).policy_version.startswith("default@")
    mine = Classifier.load(small_model, tmp_path / "policy.toml")
    assert mine.policy_version == f"mine@{tomllib.loads(text)['version']}"
    assert mine.classify(note()).policy_version == mine.policy_version


def test_warming_changes_no_answer(classifier):
    before = classifier.classify(note())
    classifier.warm()
    assert classifier.classify(note()) == before


def test_a_folder_without_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"a model folder must hold a readable manifest\.json"):
        Classifier.load(tmp_path)


def test_the_released_model_loads_and_finds_a_contact():
    verdict = Classifier.load().classify(note(body=HANDLE))
    assert (verdict.label, verdict.decision) == (Label.DIVERSION, "block")
