"""Features: each hit is counted once, in its detector's column and its region's, for the right note."""

import numpy as np
import pytest

from data.notes import Comment, Note
from models.features import REGIONS, extract, feature_names
from models.shape import SHAPE
from models.signals.detector import Detector
from models.signals.scan import Scanner
from models.text_batch import TextBatch

DETECTORS = (
    Detector(name="word", kind="-", triggers=("券",)),
    Detector(name="reader_asks", kind="-", triggers=("链接",)),
)
SCANNER = Scanner(DETECTORS, exclusive_kinds=frozenset())


def features(*notes):
    batch = TextBatch(notes)
    return extract(batch, SCANNER.scan(batch), DETECTORS)


def column(table, name):
    return table[:, feature_names(DETECTORS).index(name)].tolist()


def note(**fields):
    return Note(note_id="a", **fields)


def test_names_and_columns_are_as_many():
    assert features(note()).notes.shape == (1, len(feature_names(DETECTORS)))


@pytest.mark.parametrize(
    ("fields", "region"),
    [
        ({"title": "券"}, "text"),
        ({"body": "券"}, "text"),
        ({"image_texts": ("券",)}, "text"),
        ({"tags": ("券",)}, "tags"),
        ({"comments": (Comment(text="券", is_author=True),)}, "author_comments"),
        ({"comments": (Comment(text="券", is_author=False),)}, "other_comments"),
        ({"comments": (Comment(text="券"),)}, "other_comments"),
    ],
)
def test_a_hit_counts_in_its_region_only(fields, region):
    table = features(note(**fields)).notes
    assert [name for name in REGIONS if column(table, f"any:word:{name}") == [1]] == [region]
    assert column(table, f"count:word:{region}") == [pytest.approx(np.log(2))]


def test_hits_are_added_up_note_by_note():
    table = features(note(title="券", body="券券"), note(), note(body="券")).notes
    assert column(table, "count:word:text") == pytest.approx([np.log(4), 0, np.log(2)])
    assert column(table, "any:word:text") == [1, 0, 1]


def test_without_the_comments_of_others_they_are_as_if_never_written():
    own = (Comment(text="券", is_author=True),)
    whole = features(note(body="券", comments=(*own, Comment(text="链接？券"))))
    alone = features(note(body="券", comments=own))
    assert not np.array_equal(whole.notes, whole.author)
    assert np.array_equal(whole.author, alone.author)


def test_each_comment_is_described_on_its_own():
    comments = (Comment(text="券"), Comment(text="求链接", is_author=False), Comment(text="长" * 61))
    table = features(note(body="券链接"), note(comments=comments)).comments
    assert table[:, :2].tolist() == [[1, 0], [0, 1], [0, 0]]
    assert table[:, 2] == pytest.approx(np.log1p([1, 3, 61]) / 4)
    assert table[:, 3].tolist() == [0, 0, 1]


def test_readers_who_ask_are_shared_over_the_thread():
    comments = (Comment(text="求链接"), Comment(text="好看"), Comment(text="链接链接", is_author=True))
    table = features(note(comments=comments)).notes
    assert column(table, "shape:asks_share") == [0.25]


def test_a_batch_is_described_as_its_notes_alone():
    notes = [note(title="券#a", body="1!", tags=("券",)), note(), note(body="好?", comments=(Comment(text="链接"),))]
    together = features(*notes).notes
    assert np.array_equal(together, np.concatenate([features(one).notes for one in notes]))


def test_an_empty_batch_has_no_rows():
    assert features().notes.shape == (0, 2 * len(DETECTORS) * len(REGIONS) + len(SHAPE))
