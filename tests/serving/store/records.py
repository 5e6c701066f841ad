"""Records that tests store."""

from serving.journal.record import StoredEvidence, VerdictRecord, new_id


def make_record(number=1, **changes):
    """Make the record of an invented note; `changes` by the names of its columns."""
    values = {
        "verdict_id": new_id(),
        "idempotency_hash": None,
        "origin": "classify",
        "caller": "shop",
        "request_id": f"request-{number}",
        "note_id": f"{number:024x}",
        "author_hash": f"{number:032x}",
        "feed_id": "beauty",
        "keyword": None,
        "feed": "beauty",
        "published_us": 1_735_000_000_000_000,
        "collected_us": None,
        "scored_us": 1_760_000_000_000_000,
        "date_source": "given",
        "label": "diversion",
        "author_label": "organic",
        "decision": "review",
        "diversion_by": "other",
        "rule_id": "contact",
        "rule_since": "2019-04-01",
        "rule_status": "violation",
        "p_disclosed_ad": 0.1,
        "p_diversion": 0.7,
        "p_organic": 0.15,
        "p_undisclosed_ad": 0.05,
        "q_commercial": 0.2,
        "q_disclosed": 0.1,
        "q_diversion": 0.7,
        "pa_organic": 0.6,
        "evidence": (
            StoredEvidence(
                field="comments[0]",
                comment_id="c1",
                start=0,
                end=4,
                kind="wechat",
                value_hash="a" * 32,
                detector="contact",
                rule_id="contact",
                hit_source="lexicon",
            ),
        ),
        "comments": (),
        "impressions": 10_000,
        "likes": None,
        "n_comments": 1,
        "n_diverting_comments": 1,
        "text_hash": "b" * 32,
        "near_hash_1": -(2**63),
        "near_hash_2": 2**63 - 1,
        "near_hash_3": 0,
        "model_version": "0.3.0",
        "ruleset_version": "rules-1",
        "policy_version": "default@1",
    }
    return VerdictRecord(**(values | changes))
