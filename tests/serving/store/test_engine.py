from serving.store.audit_log import read_actions, record_action


def test_a_transaction_is_kept(store):
    with store.begin() as connection:
        record_action(connection, actor="a", action="key.create", target="x\0\ud800\\")
    with store.read() as connection:
        assert [row["target"] for row in read_actions(connection, before=None, limit=5)] == ["x\0\ud800\\"]


def test_up(store):
    assert store.is_up()
