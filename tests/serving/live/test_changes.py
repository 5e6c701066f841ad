import threading

import pytest
from sqlalchemy import select

from serving.api.problems import RequestError
from serving.live.changes import (
    choose_model,
    choose_shadow,
    previous_model,
    put_phrases,
    put_policy,
    remove_shadow,
    roll_back_document,
)
from serving.live.choice import Choice, StoredPolicy, read_choice
from serving.live.policy_body import PhrasesBody
from serving.store.tables import audit_log
from tests.serving.live.conftest import LENIENT

PHRASES = PhrasesBody(block=("好物",))


def chosen(store):
    with store.read() as connection:
        return read_choice(connection, Choice())


def actions(store):
    with store.read() as connection:
        return connection.execute(select(audit_log.c.actor, audit_log.c.action, audit_log.c.target)).all()


def put(store, name="strict", expected=None):
    return put_policy(store, name, LENIENT, by="ann", expected=expected, base=None)


def test_a_policy_is_read_as_it_was_put(store):
    assert put(store) == 1
    assert chosen(store).policies == {"strict": StoredPolicy(1, LENIENT)}


def test_versions_count_up_and_a_roll_back_goes_to_the_one_before_and_forward_again(store):
    assert [put(store), put(store)] == [1, 2]
    assert [roll_back_document(store, "policy", "strict", by="ann") for _ in range(2)] == [1, 2]


def test_a_version_is_given_once_even_after_a_roll_back(store):
    put(store)
    put(store)
    roll_back_document(store, "policy", "strict", by="ann")
    assert put(store) == 3


def test_the_default_policy_rolls_back_to_the_one_that_nobody_stored(store):
    put(store, "default")
    assert roll_back_document(store, "policy", "default", by="ann") == 0
    assert chosen(store).policies == {}


def test_a_new_policy_has_nothing_to_go_back_to(store):
    put(store)
    with pytest.raises(RequestError) as caught:
        roll_back_document(store, "policy", "strict", by="ann")
    assert caught.value.status == 409


def test_a_policy_is_not_put_over_another_version_than_expected(store):
    put(store, expected=0)
    with pytest.raises(RequestError, match="version in use, 1") as caught:
        put(store, expected=0)
    assert caught.value.status == 409
    assert chosen(store).policies["strict"].version == 1


def test_what_is_put_at_the_same_moment_is_stored_once_each_or_refused(store):
    outcomes = []

    def work():
        try:
            outcomes.append(put(store, expected=0))
        except RequestError as error:
            outcomes.append(error.status)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [1, 409, 409, 409]


def test_phrases_are_read_as_they_were_put(store):
    put_phrases(store, PHRASES, by="ann", expected=None)
    assert chosen(store).phrases.body == PHRASES
    assert roll_back_document(store, "phrases", "default", by="ann") == 0
    assert chosen(store).phrases is None


def test_phrases_of_any_characters_are_stored(store):
    body = PhrasesBody(allow=("a\0",), block=("😀", "\\", '"', "加\u2028"))
    put_phrases(store, body, by="ann", expected=None)
    assert chosen(store).phrases.body == body


def test_the_model_before_the_first_choice_can_be_gone_back_to(store):
    choose_model(store, "2", by="ann", before="1")
    assert (chosen(store).model, previous_model(store)) == ("2", "1")


def test_a_model_that_is_chosen_twice_leaves_the_one_before_to_go_back_to(store):
    assert [choose_model(store, "2", by="ann", before="1") for _ in range(2)] == ["1", "1"]
    assert previous_model(store) == "1"
    assert len(actions(store)) == 1


def test_without_a_choice_there_is_no_model_to_go_back_to(store):
    with pytest.raises(RequestError) as caught:
        previous_model(store)
    assert caught.value.status == 409


def test_a_shadow_is_on_until_it_is_removed(store):
    choose_shadow(store, "2", 0.25, by="ann")
    assert (chosen(store).shadow.version, chosen(store).shadow.share) == ("2", 0.25)
    remove_shadow(store, by="ann")
    assert chosen(store).shadow is None


def test_every_change_is_told_in_the_audit_log(store):
    choose_model(store, "2", by="ann", before="1")
    choose_shadow(store, "3", 1.0, by="bob")
    remove_shadow(store, by="bob")
    remove_shadow(store, by="bob")  # changes nothing
    put(store)
    put_phrases(store, PHRASES, by="cid", expected=None)
    roll_back_document(store, "phrases", "default", by="cid")
    assert actions(store) == [
        ("ann", "model.swap", "2"),
        ("bob", "shadow.start", "3"),
        ("bob", "shadow.stop", "3"),
        ("ann", "policy.put", "strict"),
        ("cid", "phrases.put", "default"),
        ("cid", "phrases.rollback", "default"),
    ]
