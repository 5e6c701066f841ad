"""Corpora: files are streamed plain or gzipped, and one that is missing or broken is named."""

import gzip

import pytest

from data.errors import ConfigError, DataError
from training.corpora import OWN_SOURCE, covert_ad_notes, gold_notes, own_corpus, read_rows, texts

ROWS = b'{"text": "a"}\n\n{"text": 5}\n{"other": "b"}\n{"text": "c"}\n'


def written(tmp_path, content, name="rows.jsonl"):
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_rows_are_streamed_plain_or_gzipped(tmp_path, name):
    path = written(tmp_path, ROWS, name)
    assert list(read_rows(path)) == [{"text": "a"}, {"text": 5}, {"other": "b"}, {"text": "c"}]
    assert list(texts(path)) == ["a", "c"]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_a_missing_file_is_named(tmp_path, name):
    with pytest.raises(ConfigError, match=rf"must hold {name}"):
        next(read_rows(tmp_path / name))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (ROWS + b"{", r"rows\.jsonl:6: .*invalid JSON"),
        (b"[1]", r"rows\.jsonl:1: .*Got list"),
        (b"\xff\xfe", r"rows\.jsonl: must be readable UTF-8 text\. Got a UnicodeDecodeError"),
    ],
)
def test_a_broken_row_is_named(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        list(read_rows(written(tmp_path, content)))


@pytest.mark.parametrize("content", [gzip.compress(ROWS)[:-9], ROWS], ids=["cut", "no gzip"])
def test_a_broken_archive_is_named(tmp_path, content):
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"rows\.jsonl\.gz: must be readable"):
        list(read_rows(path))


def test_our_own_corpus_answers_every_question_both_ways():
    notes = own_corpus()
    assert {item.source for item in notes} == {OWN_SOURCE}
    assert {item.commercial for item in notes} >= {"yes", "no"}
    assert {item.diversion for item in notes} >= {"yes", "no"}


def test_gold_is_train_and_dev(corpora):
    assert {item.source for item in gold_notes(corpora)} == {f"source-{number}" for number in range(6)}


def test_covert_ad_sets_bear_their_names(corpora):
    assert {item.source for item in covert_ad_notes(corpora)} == {"chasm", "adspectorx"}


def test_one_covert_ad_set_is_read_alone(corpora):
    assert {item.source for item in covert_ad_notes(corpora, ("adspectorx",))} == {"adspectorx"}


def test_a_folder_without_gold_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"must hold gold_train\.jsonl"):
        gold_notes(tmp_path)
