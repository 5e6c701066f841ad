from datetime import date

import pytest

from data.errors import DataError
from data.labels import Label
from serving.audits.file import AuditRow
from serving.audits.labels import add_labels, read_labels

TODAY = date(2025, 4, 9)
HEADER = "note_id,label,annotator,labelled_at\n"


def drawn(note_id, **known):
    fixed = {"feed_id": "护肤", "period": "2025-03", "stratum": "s1", "inclusion_probability": 0.5}
    return AuditRow(**({"note_id": note_id, "label": None, "second_label": None} | fixed | known))


ROWS = (drawn("n1"), drawn("n2"), drawn("n1", feed_id="户外"))


def sheet(tmp_path, text, name="labels.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_labels(path, today=TODAY)


def filled(tmp_path, lines, rows=ROWS, *, second=False):
    return add_labels(rows, sheet(tmp_path, HEADER + lines).given, second=second)


def test_a_label_goes_into_every_row_of_its_note(tmp_path):
    after = filled(tmp_path, "n1,organic,ann,2025-04-01\n")
    assert [row.label for row in after.rows] == [Label.ORGANIC, None, Label.ORGANIC]
    assert (after.rows[0].annotator, after.rows[0].labelled_at) == ("ann", "2025-04-01")
    assert (after.labelled, after.unsure, after.known) == (1, 0, 0)


def test_csv_and_jsonl_say_the_same(tmp_path):
    line = '{"note_id":"n1","label":"organic","annotator":"ann","labelled_at":"2025-04-01"}\n'
    (one,) = sheet(tmp_path, line, "labels.jsonl").given
    (other,) = sheet(tmp_path, "\ufeff" + HEADER + "n1, Organic ,ann,2025/04/01\n").given
    assert (one.note_id, one.label, one.annotator, one.labelled_at) == ("n1", Label.ORGANIC, "ann", "2025-04-01")
    assert (other.note_id, other.label, other.annotator, other.labelled_at) == (
        *("n1", Label.ORGANIC, "ann"),
        "2025-04-01",
    )


def test_unsure_is_an_answer_and_empty_none(tmp_path):
    read = sheet(tmp_path, HEADER + "n1,unsure,ann,\nn2,,ann,\n")
    assert read.left == 1
    after = add_labels(ROWS, read.given, second=False)
    assert after.unsure == 1
    assert (after.rows[0].label, after.rows[0].annotators) == (None, ("ann", None))
    assert after.rows[1] == ROWS[1]
    assert after.rows[0].labelled_at == "2025-04-09"


def test_a_second_label_stands_beside_the_first(tmp_path):
    first = filled(tmp_path, "n1,organic,ann,2025-04-01\n").rows
    row = filled(tmp_path, "n1,diversion,ben,2025-04-02\n", first, second=True).rows[0]
    assert (row.label, row.second_label) == (Label.ORGANIC, Label.DIVERSION)
    assert (row.annotators, row.labelled_at) == (("ann", "ben"), "2025-04-01")


def test_the_order_in_which_two_people_hand_in_does_not_matter(tmp_path):
    first, second = "n1,organic,ann,2025-04-01\n", "n1,diversion,ben,2025-04-01\n"
    one = filled(tmp_path, second, filled(tmp_path, first).rows, second=True)
    other = filled(tmp_path, first, filled(tmp_path, second, second=True).rows)
    assert one.rows == other.rows


def test_a_sheet_may_be_added_again_as_it_grows(tmp_path):
    once = filled(tmp_path, "n1,organic,ann,2025-04-01\n")
    again = filled(tmp_path, "n1,organic,ann,2025-04-03\nn2,unsure,ann,\n", once.rows)
    assert (again.labelled, again.unsure, again.known) == (0, 1, 1)
    assert again.rows[0] == once.rows[0]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "n9,organic,ann,\n",
            r"labels.csv:2: a labelled note must have been drawn. Got one that the audit",
        ),
        ("n1,spam,ann,\n", r"labels.csv:2: 'label' must be one of .*unsure, or empty. Got another value"),
        ("n1,organic,,\n", r"labels.csv:2: a labelled note must have an 'annotator'"),
        ("n1,organic,a|b,\n", r"labels.csv:2: a labelled note must have an 'annotator', a name without '|'"),
        (",organic,ann,\n", r"labels.csv:2: a row must have 'note_id'. Got none"),
        ("n1,organic,ann,2025-04-10\n", r"labels.csv:2: 'labelled_at' must not lie ahead of today, 2025-04-09"),
        ("n1,organic,ann,soon\n", r"labels.csv:2: 'labelled_at' must be a date"),
        ("n1,organic,ann,\nn1,organic,ann,\n", r"labels.csv:3: a note must stand .* once. Got it at .*:2 too"),
        ("n1,organic\n", r"labels.csv:2: a row must have the 4 cells of the header. Got 2"),
        ("6.77E+23,organic,ann,\n", r"labels.csv:2: 'note_id' must be a string with all its digits"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    with pytest.raises(DataError, match=message):
        filled(tmp_path, line)


@pytest.mark.parametrize(
    ("line", "second", "message"),
    [
        (
            "n1,diversion,ann,\n",
            False,
            r":2: a note must get one label, from one person. n1 has organic by ann, got div",
        ),
        ("n1,organic,ben,\n", False, r":2: a note must get one label, from one person"),
        ("n1,unsure,ann,\n", False, r"n1 has organic by ann, got unsure by ann"),
        ("n1,organic,ann,\n", True, r":2: two labels of a note must come from two people"),
    ],
)
def test_another_answer_is_a_conflict(tmp_path, line, second, message):
    rows = (drawn("n1", label=Label.ORGANIC, annotator="ann"),)
    with pytest.raises(DataError, match=message):
        filled(tmp_path, line, rows, second=second)


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(DataError, match=r"must have the columns note_id, .* Got no 'annotator'"):
        sheet(tmp_path, "note_id,label,annotater\nn1,organic,ann\n")


def test_columns_of_the_annotators_own_are_ignored(tmp_path):
    assert sheet(tmp_path, "note_id,label,annotator,remark\nn1,organic,ann,fine\n").given[0].label is Label.ORGANIC


@pytest.mark.parametrize(
    "saved",
    [
        (HEADER + "n1,organic,安,2025-04-01\n").encode("gb18030"),
        (HEADER + "n1,organic,安,2025/4/1\n").encode("utf-8-sig"),
        (HEADER + "n1,organic,安,2025-04-01\n").replace(",", "\t").encode("utf-16"),
        (HEADER + "n1,organic,安,2025-04-01\n").replace(",", ";").replace("\n", "\r\n").encode(),
        ("sep=;\r\n" + (HEADER + "n1,organic,安,2025-04-01\n").replace(",", ";")).encode(),
        (HEADER + "n1,organic,安,2025-04-01\n").replace("\n", ",,\n").encode(),
    ],
    ids=["gb18030", "padless date", "utf-16 with tabs", "semicolons", "sep=", "empty columns"],
)
def test_a_sheet_may_be_saved_by_any_spreadsheet(tmp_path, saved):
    path = tmp_path / "labels.csv"
    path.write_bytes(saved)
    (given,) = read_labels(path, today=TODAY).given
    assert (given.note_id, given.label, given.annotator, given.labelled_at) == (
        *("n1", Label.ORGANIC, "安"),
        "2025-04-01",
    )


def test_a_sheet_with_a_column_twice_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"labels.csv:1: a label file must have each column once. Got 'label' twice"):
        sheet(tmp_path, "note_id,label,annotator,label\nn1,organic,ann,diversion\n")


def test_lines_below_a_separator_line_keep_their_numbers(tmp_path):
    with pytest.raises(DataError, match=r"labels.csv:3: 'label' must be one of"):
        sheet(tmp_path, "sep=;\nnote_id;label;annotator\nn1;spam;ann\n")


def test_an_empty_file_is_no_sheet(tmp_path):
    with pytest.raises(DataError, match=r"must have the columns note_id, label, annotator. Got an empty file"):
        sheet(tmp_path, "")
