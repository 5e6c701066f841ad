"""A report as a file: JSON, CSV or one self-contained page."""

import csv
import io
from pathlib import Path

import msgspec

from data.errors import ConfigError, DataError
from serving.feeds.report_shape import Report
from serving.feeds.rows import Change, Density, FeedRow, Naive, Share
from serving.page.render import render_page

_OTHERS = ("ad", "disclosed_ad", "undisclosed_ad", "diversion")


def render_json(report: Report) -> str:
    """Write the report as indented JSON; every key is always there."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


def render_csv(report: Report) -> str:
    """Write one line per row, the whole range (no period) first; an empty cell where a row has no number."""
    out = io.StringIO()
    rows = [_cells(row) for row in (*report.overall, *report.rows)]
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")  # quotes a line break in a name
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_report(report: Report, path: Path) -> None:
    """Write the report in the form that the file's ending asks for.

    Raises
    ------
    ConfigError
        If the file ends in none of .json, .csv, .html.
    DataError
        If it cannot be written.
    """
    check_ending(path)
    text = {".json": render_json, ".csv": render_csv, ".html": render_page}[path.suffix](report)
    try:
        # Excel reads Chinese in a CSV only behind a byte order mark.
        path.write_text(text, encoding="utf-8-sig" if path.suffix == ".csv" else "utf-8")
    except OSError as error:
        raise DataError(f"{path}: a report must be written to a writable place.") from error


def check_ending(path: Path) -> None:
    """Refuse a file that no form is known for, before any work is done.

    Raises
    ------
    ConfigError
        If the file ends in none of .json, .csv, .html.
    """
    if path.suffix not in (".json", ".csv", ".html"):
        raise ConfigError(f"{path}: a report must end in .json, .csv or .html. Got {path.suffix!r} instead.")


def _cells(row: FeedRow) -> dict[str, str | int]:
    others = {share.name: share for share in row.other_shares}
    numbers: dict[str, float | None] = _interval("organic", row.organic)
    numbers["organic_process_ci_low"] = row.organic.process_ci_low if row.organic else None
    numbers["organic_process_ci_high"] = row.organic.process_ci_high if row.organic else None
    for name in _OTHERS:
        numbers |= _interval(name, others.get(name))
    numbers |= _interval("commercial", row.commercial_share) | _interval("disclosure_rate", row.disclosure_rate)
    numbers |= _density("ads_per_100", row.ad_density)
    comments = row.comment_diversion
    numbers |= _density("diverting_per_1000_comments", comments.density if comments else None)
    numbers |= _interval("naive", row.checks.naive)
    numbers |= _change("last_period", row.since_last_period) | _change("last_year", row.since_last_year)
    checks = ("pacc_organic", "emq_organic", "goodness_of_fit_p", "audit_model_z", "audit_model_p", "condition")
    numbers |= {name: getattr(row.checks, name) for name in (*checks, "lag_days_median")}
    audit = row.audit
    numbers |= {"n_eff": row.n_eff, "audit_agreement": audit.agreement if audit else None}
    numbers |= {name: getattr(audit, name) if audit else None for name in ("band_low", "band_high")}
    return {
        "feed": "*" if row.feed is None else row.feed,
        "period": row.period or "",
        "status": row.status.value,
        "n": row.n,
        **{name: "" if number is None else f"{number:.6f}" for name, number in numbers.items()},
        "other_status": row.other_status.value,
        "commercial_status": row.commercial_status.value,
        "disclosure_status": row.disclosure_status.value,
        "comments": comments.comments if comments else "",
        "diverting_comments": comments.diverting if comments else "",
        "audit_design": audit.design if audit else "",
        "audit_drawn": audit.drawn if audit else "",
        "audit_labelled": audit.labelled if audit else "",
        "audit_labelled_twice": audit.labelled_twice if audit else "",
        "late_notes": row.checks.late_notes,
        "is_complete": str(row.is_complete).lower(),
        "model_versions": " ".join(row.model_versions),
        "policy_versions": " ".join(row.policy_versions),
        "reasons": "; ".join(row.reasons),
    }


def _interval(name: str, share: Share | Naive | None) -> dict[str, float | None]:
    numbers = (share.share, share.ci_low, share.ci_high) if share else (None, None, None)
    return dict(zip((f"{name}_share", f"{name}_ci_low", f"{name}_ci_high"), numbers, strict=True))


def _density(name: str, density: Density | None) -> dict[str, float | None]:
    numbers = (density.value, density.ci_low, density.ci_high) if density else (None, None, None)
    return dict(zip((name, f"{name}_ci_low", f"{name}_ci_high"), numbers, strict=True))


def _change(name: str, change: Change | None) -> dict[str, float | None]:
    fields = ("difference", "ci_low", "ci_high", "mix", "within")
    return {f"since_{name}_{field}": getattr(change, field) if change else None for field in fields}
