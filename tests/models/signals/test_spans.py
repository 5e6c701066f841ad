"""Every span cuts the original exactly where the detector saw it, on random Unicode mixed with code fragments."""
# ruff: noqa: E501 (a written line and what it must give are read as one line)

from hypothesis import given
from hypothesis import strategies as st

from data.kinds import KINDS
from data.normalize import FIELD_BREAK, normalize_fields
from data.notes import Comment, Note
from models.signals import codes, contacts, in_site, links
from models.signals.scan import Scanner
from models.text_batch import TextBatch

ROUTES = frozenset(name for name, kind in KINDS.items() if kind.route != "none")
SCANNER = Scanner(in_site.DETECTORS + codes.DETECTORS + links.DETECTORS + contacts.DETECTORS, exclusive_kinds=ROUTES)
FRAGMENTS = st.sampled_from(
    [
        "￥aB3dE9fGh1j￥", "８/aB3dE9fGh1j//", "【闲鱼】https://m.tb.cn/h.aB3dE9f?tk=aB3dE9fGh1j HU591", "https://v.douyin.com/aB3dE9f/", "加Ⓥ：lx2233a", "➕薇", "①③⑨ 0000 0012", "🐧裙223300112", "企-鹅-22330011", "linxia99@qq.com", "linxia99艾特qq点com",
        "公众号：晚风", "[笑哭R]", "#夜跑[话题]#", "\u200b", "\u202e", "㎡", "繁體", "½", "\ufdfa", "\ud800", "\0", "\n", "ﷺ", "é", "復·制", "http://xhslink.com/a/aB3dE9", "CZ3401:/#t🥥", "t.me/", "扫码", "进群", "左下角", "vx:", "+", "q", "1", "a", "B",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(FRAGMENTS, st.text(st.characters(), max_size=5)), max_size=10).map("".join)


@given(TEXTS, TEXTS, TEXTS)
def test_span_cuts_the_original_where_the_detector_saw_it(title, body, comment):
    batch = TextBatch([Note(note_id="a", title=title, body=body, comments=(Comment(text=comment),))])
    originals = [title, body, comment]
    for hit in SCANNER.scan(batch):
        field = batch.field_at(hit.start)
        seen = batch.text.cased[hit.start : hit.end]
        start, end = batch.original_span(hit.start, hit.end)
        assert FIELD_BREAK not in seen
        assert 0 <= start < end <= len(originals[field])
        assert batch.bounds[field] <= hit.start < hit.end < batch.bounds[field + 1]
        # A character that expands ("㎡" -> "m2") or a sticker may stand at the edge: then the cut holds a little more than was seen.
        assert seen in normalize_fields([originals[field][start:end]]).cased


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_hits_do_not_depend_on_the_batch(bodies):
    together = TextBatch([Note(note_id=str(i), body=body) for i, body in enumerate(bodies)])
    found = [
        (together.field_note[together.field_at(h.start)], *together.original_span(h.start, h.end), h.kind, h.value)
        for h in SCANNER.scan(together)
    ]
    alone = []
    for index, body in enumerate(bodies):
        batch = TextBatch([Note(note_id="a", body=body)])
        alone += [(index, *batch.original_span(h.start, h.end), h.kind, h.value) for h in SCANNER.scan(batch)]
    assert found == alone


@given(TEXTS)
def test_routes_never_overlap(body):
    hits = [hit for hit in SCANNER.scan(TextBatch([Note(note_id="a", body=body)])) if hit.kind in ROUTES]
    assert all(first.end <= second.start for first, second in zip(hits, hits[1:], strict=False))
