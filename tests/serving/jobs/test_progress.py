import msgspec
import pytest

from serving.jobs.progress import read_progress


@pytest.mark.parametrize("content", [b"", b"\0\0", b'{"lines": "\xff"}'])
def test_progress_that_is_damaged_is_told_apart_from_none(tmp_path, content):
    (tmp_path / "progress.json").write_bytes(content)
    with pytest.raises(msgspec.DecodeError):
        read_progress(tmp_path)
