import pytest

from serving.audits.file import AuditFile, AuditRow
from serving.feeds.audits import audit_kind


def audit(*periods):
    fixed = {"feed_id": "护肤", "stratum": "s1", "inclusion_probability": 0.5, "label": None, "second_label": None}
    rows = tuple(AuditRow(note_id=f"n{i}", period=period, **fixed) for i, period in enumerate(periods))
    return AuditFile(sha256="0" * 64, rows=rows)


@pytest.mark.parametrize(
    ("periods", "period", "kind"),
    [
        (("2025-03", "2025-W10"), "week", "week"),
        (("2025-03", "2025-W10"), "month", "month"),
        (("2025-03", "all"), "week", "month"),
        (("all",), "week", "week"),
    ],
)
def test_an_audit_is_taken_by_the_periods_of_the_report_where_it_has_them(periods, period, kind):
    assert audit_kind(audit(*periods), period) == kind
