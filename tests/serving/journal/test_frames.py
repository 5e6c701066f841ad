import msgspec
import pytest

from serving.journal.frames import Damage, Frame, Tear, read_frames, write_frame
from tests.serving.store.records import make_record


def frame_of(*records):
    return bytes(write_frame(records, bytearray()))


FIRST = [make_record(1, keyword="露营 ⛺"), make_record(2, impressions=None)]
SECOND = [make_record(3)]
THIRD = [make_record(4, note_id="HRJ\x01")]  # a note's id may look like a mark


def test_records_come_back_as_they_were():
    data = frame_of(*FIRST) + frame_of(*SECOND)

    pieces = list(read_frames(data))

    assert [piece.records for piece in pieces] == [FIRST, SECOND]
    assert pieces[-1].end == len(data)


def test_a_frame_cut_off_anywhere_is_a_tear():
    whole, last = frame_of(*FIRST), frame_of(*THIRD)
    for length in range(1, len(last)):
        assert list(read_frames(whole + last[:length])) == [Frame(len(whole), FIRST), Tear(len(whole))]


@pytest.mark.parametrize("position", [0, 3, 4, 7, 8, 12, 100, -1])
def test_a_changed_byte_costs_its_own_frame_alone(position):
    damaged = bytearray(frame_of(*SECOND))
    damaged[position] ^= 0x5A
    start = len(frame_of(*FIRST))
    data = frame_of(*FIRST) + damaged + frame_of(*THIRD)

    pieces = list(read_frames(data))

    assert pieces == [Frame(start, FIRST), Damage(start, start + len(damaged)), Frame(len(data), THIRD)]


def test_zeros_at_the_end_are_damage():
    data = frame_of(*FIRST)

    assert list(read_frames(data + bytes(500)))[-1] == Damage(len(data), len(data) + 500)


def test_records_of_another_version_are_damage():
    buffer = bytearray()
    write_frame([msgspec.structs.astuple(SECOND[0])[:-1]], buffer)

    assert list(read_frames(bytes(buffer) + frame_of(*THIRD)))[0] == Damage(0, len(buffer))
