"""One append as bytes: mark, length and checksum before the records, so that it is read whole or not at all."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from serving.journal.record import VerdictRecord

_MARK = b"HRJ\x01"
_HEADER = struct.Struct("<4sII")  # mark, bytes that follow, their CRC-32
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[VerdictRecord])


@dataclass(frozen=True, slots=True)
class Frame:
    """The records of one append; `end` is the position after it, in bytes."""

    end: int
    records: list[VerdictRecord]


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that hold no frame, from `start` up to `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tear:
    """The beginning of a frame at the end: still being written, or cut off before it was answered."""

    start: int


def write_frame(records: Sequence[VerdictRecord], buffer: bytearray) -> memoryview:
    """Write records as one frame at the beginning of a buffer, which grows as needed.

    Raises
    ------
    UnicodeEncodeError, OverflowError
        If a text holds a lone surrogate, or a number more than 64 bits.
    """
    _encoder.encode_into(records, buffer, _HEADER.size)
    with memoryview(buffer) as view:
        _HEADER.pack_into(buffer, 0, _MARK, len(buffer) - _HEADER.size, zlib.crc32(view[_HEADER.size :]))
    return memoryview(buffer)


def read_frames(data: bytes) -> Iterator[Frame | Damage | Tear]:
    """Read frames in their order; what lies between two of them is `Damage`, a begun one at the end a `Tear`."""
    position = 0
    while position < len(data):
        frame = _frame_at(data, position)
        if frame is None:
            following = _next_frame(data, position + 1)
            if following == len(data) and _is_begun(data, position):
                yield Tear(position)
            else:
                yield Damage(position, following)
            position = following
        else:
            yield frame
            position = frame.end


def _frame_at(data: bytes, position: int) -> Frame | None:
    payload = position + _HEADER.size
    if payload > len(data):
        return None
    mark, length, checksum = _HEADER.unpack_from(data, position)
    end = payload + length
    if mark != _MARK or end > len(data) or zlib.crc32(memoryview(data)[payload:end]) != checksum:
        return None
    try:
        return Frame(end, _decoder.decode(memoryview(data)[payload:end]))
    except msgspec.MsgspecError:  # another version wrote it
        return None


def _next_frame(data: bytes, start: int) -> int:
    position = data.find(_MARK, start)
    while position >= 0 and _frame_at(data, position) is None:
        position = data.find(_MARK, position + 1)
    return len(data) if position < 0 else position


def _is_begun(data: bytes, position: int) -> bool:
    rest = len(data) - position
    if rest < _HEADER.size:
        return data.startswith(_MARK, position) or _MARK.startswith(data[position : position + len(_MARK)])
    mark, length, _ = _HEADER.unpack_from(data, position)
    return bool(mark == _MARK and length > rest - _HEADER.size)
