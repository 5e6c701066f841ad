import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from serving.full_lines import FullLines, fold_lines


def fold(text, width):
    return [text[start:end] for start, end in fold_lines(text, width)]


def test_chinese_fills_each_line_whatever_spaces_it_holds():
    assert fold("樱花 开得正好我们去看了很久", 10) == ["樱花 开得", "正好我们去", "看了很久"]


def test_a_word_of_latin_letters_is_not_cut_where_it_fits_a_line():
    assert fold("加微信mtn_laoli88领券", 14) == ["加微信", "mtn_laoli88领", "券"]


@pytest.mark.parametrize("sign", "，。）」↵")
def test_no_line_begins_with_a_closing_sign(sign):
    assert fold(f"樱花开{sign}好看", 6) == ["樱花", f"开{sign}好", "看"]


@given(text=st.text(max_size=80), width=st.integers(2, 30))
def test_nothing_but_spaces_at_a_break_is_lost_and_no_line_is_too_long(text, width):
    lines = fold(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(sum(map(cell_len, line)) <= width for line in lines)


def test_style_stays_with_its_characters():
    text = Text("樱花开得正好")
    text.stylize("underline", 2, 4)
    console = Console(file=io.StringIO(), width=6, force_terminal=True, color_system="standard")
    console.print(FullLines(text))
    assert console.file.getvalue() == "樱花\x1b[4m开\x1b[0m\n\x1b[4m得\x1b[0m正好\n"
