from data.comment_spool import CommentSpool, SpooledComment


def test_comments_come_back_by_note_in_the_order_they_came():
    with CommentSpool() as spool:
        spool.add(SpooledComment(note_id, "c.csv", row, {"text": f"第{row}条"}) for row, note_id in enumerate("abab"))
        assert spool.comments_of("b") == [{"text": "第1条"}, {"text": "第3条"}]


def test_orphans_are_counted_by_file_with_their_first_row():
    with CommentSpool() as spool:
        spool.add(SpooledComment(note_id, f"{row % 2}.csv", row, {}) for row, note_id in enumerate("abababcc"))
        spool.comments_of("a")
        assert sorted(spool.orphans()) == [("0.csv", 6, 1), ("1.csv", 1, 4)]
