"""Results of a job, wherever the network cuts them."""

import msgspec
import pytest

from serving.client.errors import ApiError
from serving.client.lines import LineReader

LINES = '{"line":1,"status":200}\n{"line":2,"status":422,"problem":{"detail":"甲\u2028乙"}}\n'.encode()


@pytest.mark.parametrize("end", [LINES, LINES.rstrip()], ids=["ended", "open"])
def test_every_cut_gives_the_same_lines(end):
    for cut in range(len(end) + 1):
        reader = LineReader()
        read = reader.feed(end[:cut]) + reader.feed(end[cut:]) + reader.finish()
        assert [each.line for each in read] == [1, 2]
        assert read[1].problem.detail == "甲\u2028乙"


def test_a_line_that_is_no_result_is_an_error_that_quotes_nothing():
    with pytest.raises(ApiError) as caught:
        LineReader().feed(b'{"line": "secret words"}\n')
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value.__cause__, msgspec.DecodeError)
