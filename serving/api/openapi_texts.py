"""What the OpenAPI document says in words: of topics, of path parameters, and of the keys that all answers share."""

TAGS = {
    "verdicts": "Notes in, verdicts with evidence out; verdicts as they are stored.",
    "feedback": "What people say of verdicts: stored, exported as labels, counted as appeals; no old verdict changes.",
    "jobs": "Large sets of notes, judged later.",
    "feeds": "How authentic feeds are, by the code of `huoren report`; audits whose labels make the numbers exact.",
    "labels": "The words of the contract.",
    "models": "Which model answers; swap, roll-back, and a shadow model on live traffic.",
    "policies": "Thresholds, rules and phrases, versioned and changed without a restart.",
    "keys": "Who may call.",
    "erase": "What is stored of a note or an author, deleted (PIPL).",
    "audit_log": "Who changed what, and when.",
    "service": "Health, metrics and this description.",
    "pages": "Pages for people.",
}

PATH = {
    "note_id": "A note's id, percent-encoded whatever it holds: `a/b` is `a%2Fb`.",
    "author_id": "An author's id, percent-encoded whatever it holds.",
    "feed_id": "A feed of `/v1/feeds`, percent-encoded whatever it holds.",
    "verdict_id": "`verdict_id` of an answer.",
    "feedback_id": "`feedback_id` of an answer.",
    "job_id": "`job_id` of an answer.",
    "version": "A model version of `/v1/models`.",
    "name": "Its name.",
}

QUERY = {
    "limit": "At most so many.",
    "note_id": "Of this note only.",
    "kind": "Of this kind only.",
    "by": "What is counted by.",
    "version": "One that is not in use; without it the one that is.",
    "dry_run": "Store and count nothing.",
    "explain": "false: `evidence` stays empty.",
    "offsets": "What positions count: code points or UTF-16 units.",
    "period": "How time is cut, in Asia/Shanghai.",
    "with": "The feed to compare with.",
}

_VERDICT = {
    "schema_version": "Of this shape.",
    "label": "Of the note with its whole thread.",
    "author_label": "What the label would be without other people's comments.",
    "scores": "Calibrated P(label); the four add up to 1.",
    "questions": "P(yes) to each question; `disclosed` given `commercial`.",
    "decision": "What the policy, or a person, makes of the note; what others alone divert blocks their comments only.",
    "evidence": "At most the first 1,000 items; empty with `explain` false.",
    "diversion_by": "Who diverts; null where nobody does.",
    "comments": "Comments with a hit, or with a score over the review threshold.",
    "rule": "The platform's rule in force on the note's date for its most serious route.",
    "policy_version": "`name@version`, and `+phrases@version` where a phrase list is in use.",
    "date_source": "`given`, `note_id` (decoded from it) or `unknown`.",
    "request_id": "The same as the header X-Request-Id.",
    "latency_ms": "Milliseconds in the service; null in a stored verdict.",
    "verdict_id": "What feedback names the verdict by; null for a dry run, which is stored nowhere.",
}
_NOTE = {
    "note_id": "Your own; from one of 24 hexadecimal digits a missing date is decoded.",
    "feed_id": "What authenticity is reported by; without it `keyword` is, and then `default`.",
    "published_at": "Which rules were in force is read from it.",
    "impressions": "For shares that are weighed by exposure.",
    "image_texts": "Text that was read from pictures.",
}

# By schema and key, where the type itself does not say it.
KEYS: dict[str, dict[str, str]] = {
    "VerdictAnswer": _VERDICT,
    "CommentsAnswer": _VERDICT,
    "StoredVerdict": _VERDICT,
    "ClassifyBody": _NOTE,
    "NoteInput": _NOTE,
    "Options": {
        "dry_run": "Store and count nothing.",
        "explain": "false: `evidence` stays empty.",
        "offsets": "What positions count: Unicode code points, or UTF-16 units as Java and JavaScript do.",
    },
    "Evidence": {
        "field": "`title`, `body`, `tags[i]`, `comments[i]`, `image_texts[i]`, `platform`; `note`: a person's word.",
        "comment_id": "Of the comment that it stands in.",
        "start": "Its first position in the field's original text.",
        "end": "The position after its last.",
        "text": 'What stands there; "" where text is not stored.',
        "kind": "A kind of `/v1/labels`.",
        "value": "A contact or code as it is dialled or pasted; a policy's phrase; a person's reason code.",
        "detector": "What found it; `block_phrase` and `allow_phrase` found a policy's phrase.",
        "rule_id": "The platform's rule on it.",
        "hit_source": "Where it comes from.",
    },
    "Problem": {
        "type": "`about:blank`, or `urn:huoren:problem:` and text_required, key_running, key_reused or job_running.",
        "title": "The status in words.",
        "detail": "What must hold, and what came instead; never a text or a key.",
        "instance": "Names this occurrence by its request id.",
        "request_id": "The same as the header X-Request-Id.",
        "errors": "The places in the body that are at fault.",
    },
    "ProblemPart": {
        "pointer": 'A JSON pointer into the body, "" the whole of it; in a job\'s results into the line.',
        "detail": "What is wrong there.",
    },
}
