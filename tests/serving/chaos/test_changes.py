"""Models, policies and phrases that change under load, and a service that is told to stop, fail no request."""

from tests.serving.chaos.load import Load, worst
from tests.serving.chaos.real_service import wait_for
from tests.serving.chaos.size import FULL_SIZE, report
from tests.serving.chaos.stored import check_stored
from tests.serving.live.conftest import add_model


def test_no_request_fails_while_models_policies_and_phrases_change(service_of, tmp_path):
    add_model(tmp_path / "registry", "9.1")
    service = service_of(HUOREN_MODELS=str(tmp_path / "registry")).start()
    first = service.ask("/readyz")[1]["model_version"]
    policy = service.ask("/v1/policies/default")[1]["policy"]
    with Load(service) as load:
        for _ in range(5 if FULL_SIZE else 1):
            load.wait_for_more()
            assert service.ask("/v1/models/current", {"version": "9.1"}, "PUT")[0] == 200
            wait_for_only(load, "9.1")
            assert service.ask("/v1/policies/default", policy, "PUT")[0] == 200
            assert service.ask("/v1/phrases", {"block": ["到手价"], "allow": []}, "PUT")[0] == 200
            load.wait_for_more()
            assert service.ask("/v1/models/rollback", method="POST")[0] == 200
            wait_for_only(load, first)
            assert service.ask("/v1/phrases/rollback", method="POST")[0] == 200
    report(len(load.answered), load.statuses, load.versions, worst(load))
    assert set(load.statuses) == {200}
    assert set(load.versions) == {first, "9.1"}
    check_stored(f"sqlite:///{service.state}/huoren.db", load)


def wait_for_only(load, version):
    """Wait until everybody answers with one model."""

    def holds():
        before = load.versions.copy()
        load.wait_for_more(20)
        return set(load.versions.copy() - before) == {version}

    wait_for(holds)


def test_a_service_that_is_told_to_stop_under_load_loses_no_request_it_took(service_of, own_url):
    service = service_of(HUOREN_DATABASE_URL=own_url).start()
    with Load(service) as load:
        load.wait_for_more()
        load.ends_when_refused = True
        assert service.stop() == 0
    report(len(load.answered), load.statuses, load.lost)
    assert load.statuses.keys() == {200}
    assert load.lost == 0
    assert not list((service.state / "journal").glob("*/*.segment"))
    check_stored(own_url, load)
