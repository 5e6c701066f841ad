import sys

from serving.feeds.scored_columns import read_scored
from serving.report_bench import main, write_archive


def test_the_invented_archive_is_as_large_as_asked_and_can_be_read(tmp_path):
    write_archive(tmp_path, 2000, model_version="m1")
    columns = read_scored(tmp_path)
    assert 1900 < len(columns.note) <= 2000
    assert len(columns.feeds) > 100
    assert len(set(columns.cluster.tolist())) < 1000


def test_seconds_and_memory_are_told(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["report_bench", "300"])
    main()
    printed = capsys.readouterr().out
    assert "300 rows read in" in printed
    assert "rows reported by week in" in printed
