"""Bodies that are small on the wire and huge in memory."""

import pytest

CRUMBS = b'{"notes":[' + b"1," * 1_100_000 + b"1]}"


@pytest.mark.parametrize("path", ["/v1/classify/batch", "/v1/jobs"])
def test_millions_of_tiny_values_are_refused_before_they_are_read(client, refused, path):
    body = refused(client.post(path, content=CRUMBS, headers={"Content-Type": "application/json"}), 413)
    assert "tiny values" in body["detail"]


@pytest.mark.parametrize("path", ["/v1/classify/batch", "/v1/jobs"])
def test_a_large_body_of_texts_with_many_commas_is_read(client, path):
    note = '{"note_id":"a","image_texts":[' + ",".join(['"好物,分享,好物,分享,"'] * 4000) + "]}"
    body = '{"notes":[' + ",".join([note] * 60) + "]}"
    assert body.count(",") > 2**20
    answer = client.post(path, content=body.encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 202)
