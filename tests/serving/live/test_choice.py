import stat

import pytest
from sqlalchemy import insert

from data.errors import ModelError
from serving.live.choice import (
    Choice,
    ShadowChoice,
    StoredPhrases,
    StoredPolicy,
    read_choice,
    read_snapshot,
    write_snapshot,
)
from serving.live.policy_body import PhrasesBody
from serving.store.tables import deployment
from tests.serving.live.conftest import LENIENT

CHOICE = Choice(
    model="2",
    previous_model="1",
    shadow=ShadowChoice("3", 0.5, 1),
    policies={"strict": StoredPolicy(2, LENIENT)},
    phrases=StoredPhrases(1, PhrasesBody(block=("好物",))),
)


def test_a_snapshot_is_read_as_it_was_written(tmp_path):
    write_snapshot(tmp_path / "state", CHOICE)
    assert read_snapshot(tmp_path / "state") == CHOICE


def test_a_snapshot_is_its_owners_alone(tmp_path):
    write_snapshot(tmp_path, CHOICE)
    assert stat.S_IMODE((tmp_path / "live.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"model": 1}', b"\xff", b'{"model": "\xff"}'])
def test_an_unusable_snapshot_is_none(tmp_path, content):
    if content is not None:
        (tmp_path / "live.json").write_bytes(content)
    assert read_snapshot(tmp_path) is None


def test_a_row_of_another_version_is_refused(store):
    row = {"name": "shadow", "value": {"version": "3", "share": "much"}, "generation": 1, "changed_us": 0}
    with store.begin() as connection:
        connection.execute(insert(deployment).values(**row, previous=None, changed_by="ann"))
    with store.read() as connection, pytest.raises(ModelError):
        read_choice(connection, Choice())
