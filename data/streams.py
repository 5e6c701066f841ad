"""Numbered byte lines of plain, .gz and .zst files, in flat memory even where a file is broken."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

import zstandard

from data.errors import DataError

STDIN = Path("-")
MAX_LINE_BYTES = 64 * 2**20  # a note with its thread is under 1 MiB; a longer line is a file that is no JSONL
_BOM = b"\xef\xbb\xbf"
_CHUNK_BYTES = 8 * 2**10  # compressed bytes at a time: zstd may unpack them to thousands of times as much
_BROKEN = (EOFError, OSError, zlib.error, zstandard.ZstdError)


class Readable(Protocol):
    """What plain, gzip and zstd files have in common."""

    def readline(self, size: int, /) -> bytes:
        """Read up to `size` bytes of a line."""


def read_lines(path: Path) -> Iterator[tuple[int, bytes | DataError]]:
    """Stream the lines of a file, or of standard input (`-`), with their 1-based numbers.

    A line that is too long comes as an error in its place. A truncated or damaged file gives every whole line before
    the break and then one error, as its last item. A byte order mark at the start is dropped.
    """
    number = 0
    try:
        with _open_bytes(path) as stream:
            while line := stream.readline(MAX_LINE_BYTES):
                number += 1
                if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                    while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                        pass
                    yield number, DataError(f"a line must be shorter than {MAX_LINE_BYTES} bytes. Got a longer one.")
                    continue
                yield number, line.removeprefix(_BOM) if number == 1 else line
    except _BROKEN as error:
        if (
            isinstance(error, OSError) and error.errno
        ):  # the system refuses; a damaged gzip is an OSError without number
            broken = f"the file must be readable. Got {error.strerror}"
        else:
            broken = f"the file must be whole. It is truncated or damaged here ({type(error).__name__})"
        yield number + 1, DataError(f"{broken}; nothing from this line on was read.")


def _open_bytes(path: Path) -> AbstractContextManager[Readable]:
    if path == STDIN:
        return nullcontext(sys.stdin.buffer)
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rb")
    if path.suffix.lower() == ".zst":
        return io.BufferedReader(_ZstdReader(path), 2**17)
    return path.open("rb")


class _ZstdReader(io.RawIOBase):
    """Unpack zstd frames; unlike `zstandard.stream_reader`, a file that ends inside a frame raises EOFError."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        while not self._ready:
            packed = self._file.read(_CHUNK_BYTES)
            if not packed:
                if self._frame is not None:
                    raise EOFError("the file ends inside a zstd frame")
                return 0
            self._ready = memoryview(self._unpack(packed))
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _unpack(self, packed: bytes) -> bytes:
        parts = []
        while packed:
            if self._frame is None:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            parts.append(self._frame.decompress(packed))
            packed = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame = None
        return b"".join(parts)

    def close(self) -> None:
        self._file.close()
        super().close()
