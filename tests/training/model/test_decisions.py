from datetime import UTC, datetime

import pytest

from data.errors import DataError
from training.decisions import Decision, append_decision, read_decisions


def decision(candidate):
    return Decision(
        decided_at=datetime(2026, 11, 22, tzinfo=UTC),
        kind="promote",
        candidate=candidate,
        candidate_sha256="0" * 64,
        champion=None,
        accepted=False,
        reasons=("it is worse",),
    )


def test_decisions_are_read_as_they_were_appended(tmp_path):
    path = tmp_path / "decisions.jsonl"
    assert read_decisions(path) == []
    for candidate in ("1", "2"):
        append_decision(path, decision(candidate))
    assert read_decisions(path) == [decision("1"), decision("2")]


def test_a_broken_line_is_named(tmp_path):
    path = tmp_path / "decisions.jsonl"
    append_decision(path, decision("1"))
    with path.open("ab") as file:
        file.write(b'{"candidate": ')
    with pytest.raises(DataError, match=r"decisions\.jsonl:2: a line must be one decision"):
        read_decisions(path)
