"""The self-test of `huoren doctor`: two invented notes whose evidence is known."""

from data.kinds import is_off_site
from data.notes import Note
from models.verdict import Verdict
from serving.fields import field_text
from serving.note_classifier import NoteClassifier

_HANDLE = "huoren_test88"
_LEADS_OFF = Note(note_id="self-test-1", title="手工皂上新", body=f"想要同款的姐妹加我微信：{_HANDLE}，到手价29.9")
_SHARES = Note(note_id="self-test-2", title="周末去了植物园", body="樱花开得正好，自己带了饭团，在草地上坐了一下午。")


def find_faults(classifier: NoteClassifier) -> list[str]:
    """Judge both notes and name what is not as it must be; nothing when all is well.

    Returns
    -------
    list of str
        One line a fault.
    """
    leads_off, shares = classifier.classify_many([_LEADS_OFF, _SHARES])
    faults = [
        fault
        for note, verdict in ((_LEADS_OFF, leads_off), (_SHARES, shares))
        for fault in _faults_of_form(note, verdict)
    ]
    if not any(item.kind == "wechat" and item.field == "body" and _HANDLE in item.text for item in leads_off.evidence):
        faults.append(f"{_LEADS_OFF.note_id}: the WeChat id in the body must be found. It was not.")
    if strange := [item.kind for item in shares.evidence if is_off_site(item.kind)]:
        faults.append(f"{_SHARES.note_id}: nothing in it leads off the platform. Got {', '.join(strange)}.")
    return faults


def _faults_of_form(note: Note, verdict: Verdict) -> list[str]:
    faults = []
    if verdict.note_id != note.note_id:
        faults.append(f"{note.note_id}: the verdict must bear the note's id. It bears another.")
    if abs(sum(verdict.scores.values()) - 1) > 1e-3:
        faults.append(f"{note.note_id}: the scores must sum to 1. Got {sum(verdict.scores.values()):.4f}.")
    for item in verdict.evidence:
        text = field_text(note, item.field)
        if text is not None and text[item.start : item.end] != item.text:
            faults.append(f"{note.note_id}: evidence {item.kind} must cut the original text. It does not.")
    return faults
