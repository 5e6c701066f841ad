"""Examples of the OpenAPI document: invented notes and the answers to them, by type."""

from typing import Any

from serving.api.classify import BatchAnswer
from serving.api.note_body import BatchBody, ClassifyBody
from serving.api.problems import Problem
from serving.api.verdict_answer import VerdictAnswer

_REQUEST = "2b88b8e7eb7e4d90b1369649c2f55dc2"
_NOTE = {
    "note_id": "n1",
    "title": "手工银戒指😀",
    "body": "想要的加薇信 silver_ring88 看图册",
    "author_id": "a1",
    "feed_id": "jewellery",
    "published_at": "2026-03-01T09:30:00+08:00",
    "comments": [{"comment_id": "c1", "author_id": "a2", "text": "好看！"}],
}
_VERDICT = {
    "schema_version": 1,
    "note_id": "n1",
    "label": "diversion",
    "author_label": "diversion",
    "scores": {"disclosed_ad": 0.001, "diversion": 0.982, "organic": 0.012, "undisclosed_ad": 0.005},
    "questions": {"commercial": 0.29, "disclosed": 0.11, "diversion": 0.982},
    "decision": "block",
    "evidence": [
        {
            "field": "body",
            "comment_id": None,
            "start": 4,
            "end": 20,
            "text": "薇信 silver_ring88",
            "kind": "wechat",
            "value": "silver_ring88",
            "detector": "wechat_id",
            "rule_id": "diversion-rules-2025",
            "hit_source": "rule",
        }
    ],
    "diversion_by": "author",
    "comments": [],
    "rule": {"id": "diversion-rules-2025", "since": "2025-03-12", "status": "violation"},
    "model_version": "0.3.0",
    "ruleset_version": "rules-1",
    "policy_version": "default@0.3.0",
    "date_source": "given",
    "request_id": _REQUEST,
    "latency_ms": 1.284,
    "verdict_id": "01a206752c8c08c1b11db329818f18e4",
}


def _problem(pointer: str) -> dict[str, Any]:
    detail = "'published_at': a time must be ISO or epoch seconds or milliseconds. Got 11 characters that are neither."
    return {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": detail,
        "instance": f"urn:huoren:request:{_REQUEST}",
        "request_id": _REQUEST,
        "errors": [{"pointer": pointer, "detail": detail}],
    }


EXAMPLES: dict[Any, Any] = {
    ClassifyBody: _NOTE | {"policy": "default", "options": {"offsets": "utf16"}},
    VerdictAnswer: _VERDICT,
    BatchBody: {"notes": [_NOTE, {"note_id": "n2", "published_at": "last spring"}], "options": {"explain": False}},
    BatchAnswer: {
        "request_id": _REQUEST,
        "items": [
            {"outcome": "verdict", "status": 200, "verdict": _VERDICT | {"evidence": []}},
            {"outcome": "problem", "status": 422, "problem": _problem("/notes/1/published_at")},
        ],
    },
    Problem: _problem("/published_at"),
}
