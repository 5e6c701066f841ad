"""Requests that nobody should send: each as raw bytes, with the statuses that are an answer to it.

An empty set of statuses: what is no HTTP may be answered with a closed connection and nothing else.
"""

import json

SECRET = "secret_wx_88"
_KEY = f"加微 {SECRET}"
_NOTE = json.dumps({"note_id": "n1", "body": SECRET}).encode()


def raw(method, path, body=b"", *headers, version="1.1", length=None, host=True, key="{key}"):
    """Write a request; `{key}` becomes a key with the role "score"."""
    lines = [f"{method} {path} HTTP/{version}".encode("latin-1")]
    lines += [b"Host: 127.0.0.1"] if host else []
    lines += [f"Authorization: Bearer {key}".encode()] if key else []
    lines += [header if isinstance(header, bytes) else header.encode() for header in headers]
    if length != "":
        lines += [f"Content-Length: {len(body) if length is None else length}".encode()]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def post(body, *headers, path="/v1/classify", **rest):
    return raw("POST", path, body if isinstance(body, bytes) else json.dumps(body).encode(), *headers, **rest)


def note(**values):
    return post({"note_id": "n1", "body": SECRET} | values)


def batch(value, **rest):
    return post({"notes": value} | rest, path="/v1/classify/batch")


def text(value):
    """Post a body of JSON text as it stands."""
    return post(value.encode("utf-8", "surrogatepass"))


def get(path, **rest):
    return raw("GET", path, length="", **rest)


def chunked(data, *headers):
    return raw("POST", "/v1/classify", data, "Transfer-Encoding: chunked", *headers, length="")


_DEEP = "[" * 200_000 + "]" * 200_000
BAD = {
    # no HTTP, or HTTP that lies
    "no http": (f"{SECRET}\r\n\r\n".encode(), {400}),
    "binary": (bytes(range(256)) * 8, {400}),
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 32, {400}),
    "no version": (b"GET /healthz\r\n\r\n", {400}),
    "http 0.9": (b"GET /healthz HTTP/0.9\r\nHost: x\r\n\r\n", {400}),
    "http 2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400}),
    "http 3.7": (b"GET /healthz HTTP/3.7\r\nHost: x\r\n\r\n", {400}),
    "no host": (post(_NOTE, host=False), {400}),
    "two hosts": (post(_NOTE, "Host: other"), {400}),
    "two lengths": (post(_NOTE, "Content-Length: 3"), {400}),
    "negative length": (post(_NOTE, length=-1), {400}),
    "length of letters": (post(_NOTE, length="abc"), {400}),
    "length of 30 digits": (post(_NOTE, length="9" * 30), {400, 413}),
    "length too short": (post(_NOTE, length=9), {400}),
    "length and chunks": (chunked(b"0\r\n\r\n", "Content-Length: 5"), {400}),
    "chunk size of letters": (chunked(b"zz\r\n" + _NOTE), {400}),
    "chunk too long": (chunked(b"3\r\n" + _NOTE + b"\r\n0\r\n\r\n"), {400}),
    "chunk of 20 digits": (chunked(b"f" * 20 + b"\r\n" + _NOTE), {400}),
    "gzip and chunked": (raw("POST", "/v1/classify", b"", "Transfer-Encoding: gzip, chunked", length=""), {400}),
    "space before colon": (post(_NOTE, "X-Bad : 1"), {400}),
    "header without colon": (post(_NOTE, SECRET), {400}),
    "folded header": (post(_NOTE, "X-Fold: 1\r\n  2"), {400}),
    "NUL in a header": (post(_NOTE, b"X-Nul: a\0b"), {400}),
    "NUL in a path": (get("/v1/verdicts/a\0b"), {400}),
    "space in a path": (get("/v1/verdicts/a b"), {400}),
    "line feed in a header": (post(_NOTE, b"X-A: b\nX-C: d"), {400, 200}),
    "carriage return in a header": (post(_NOTE, b"X-A: b\rc"), {400}),
    "a header of 70 KB": (post(_NOTE, "X-Long: " + "a" * 70_000), {431}),
    "a path of 70 KB": (get("/v1/verdicts/" + "a" * 70_000), {431}),
    "500 headers": (post(_NOTE, *(f"X-{n}: {n}" for n in range(500))), {431}),
    "connect": (b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", {400}),
    "absolute target": (get("http://example.org/v1/nothing"), {404}),
    # JSON that is none
    "empty body": (post(b""), {400}),
    "invalid UTF-8": (post(b'{"note_id": "n1", "body": "\xff\xfe"}'), {400}),
    "UTF-16": (post('{"note_id": "n1"}'.encode("utf-16")), {400}),
    "byte order mark": (post(b"\xef\xbb\xbf" + _NOTE), {400, 200}),
    "cut off": (post(_NOTE[:-3]), {400}),
    "two values": (post(_NOTE + _NOTE), {400}),
    "single quotes": (text("{'note_id': 'n1'}"), {400}),
    "deep lists": (text(_DEEP), {400}),
    "deep in a key": (text('{"note_id": "n1", "platform": ' + _DEEP + "}"), {400}),
    "deep in a batch": (post(('{"notes": [' + _DEEP + "]}").encode(), path="/v1/classify/batch"), {400, 200}),
    "deep objects": (text('{"a":' * 100_000 + "1" + "}" * 100_000), {400}),
    "a number of 5000 digits": (text('{"note_id": "n1", "likes": ' + "9" * 5000 + "}"), {400, 422}),
    "1e999": (text('{"note_id": "n1", "likes": 1e999}'), {400, 422}),
    "raw NUL": (post(b'{"note_id": "n1", "body": "a\0b"}'), {400}),
    "gzip": (post(b"\x1f\x8b\x08\0" + b"\0" * 20, "Content-Encoding: gzip"), {400, 415}),
    "a form": (post(b"note_id=n1", "Content-Type: application/x-www-form-urlencoded"), {400, 415}),
    # JSON that is no note
    "a list": (post([1]), {422}),
    "a string": (post(SECRET), {422}),
    "null": (post(None), {422}),
    "no note_id": (post({"body": SECRET}), {422}),
    "empty note_id": (note(note_id=""), {422}),
    "note_id of a number": (note(note_id=7), {422, 200}),
    "body of a list": (note(body=[SECRET]), {422}),
    "body of an object": (note(body={"text": SECRET}), {422}),
    "tags of a number": (note(tags=3), {422}),
    "tags of lists": (note(tags=[[SECRET]]), {422}),
    "comments of a string": (note(comments=SECRET), {422}),
    "comments of strings": (note(comments=[SECRET]), {422}),
    "comment without text": (note(comments=[{"comment_id": "c"}]), {422, 200}),
    "platform of a list": (note(platform=[SECRET]), {422}),
    "a date that is none": (note(published_at=SECRET), {422}),
    "a date far off": (note(published_at=10**300), {422}),
    "likes of text": (note(likes=SECRET), {422}),
    "likes over 64 bits": (note(likes=2**70), {422}),
    "unknown key": (note(**{_KEY: 1}), {422}),
    "unknown key of a comment": (note(comments=[{"text": "x", _KEY: 1}]), {422}),
    "unknown policy": (note(policy="nobody"), {422}),
    "policy of a path": (note(policy="../../etc/passwd"), {422}),
    "options of a string": (note(options=SECRET), {422}),
    "unknown option": (note(options={_KEY: True}), {422}),
    "wrong offsets": (note(options={"offsets": SECRET}), {422}),
    "501 comments": (note(comments=[{"text": SECRET}] * 501), {413}),
    "10,001 characters": (note(body="一" * 10_001), {413}),
    "1 MiB and one byte": (post(b" " * (2**20 + 1 - len(_NOTE)) + _NOTE), {413}),
    "1 MiB and one byte in chunks": (chunked(b"100001\r\n" + b" " * (2**20 + 1) + b"\r\n0\r\n\r\n"), {413}),
    "a batch of none": (batch([]), {422}),
    "a batch of 101": (batch([{"note_id": "n"}] * 101), {413}),
    "a batch of a string": (batch(SECRET), {422}),
    "a batch with another key": (batch([{"note_id": "n"}], **{_KEY: 1}), {422}),
    "a batch of 17 MiB": (post(b" " * (17 * 2**20), path="/v1/classify/batch"), {413}),
    "comments without text storage": (
        post({"comments": [{"comment_id": "c", "text": SECRET}]}, path="/v1/notes/n1/comments"),
        {409},
    ),
    "comments of no note": (post({"comments": [{"text": "x"}]}, path="/v1/notes//comments"), {404}),
    # methods, paths, queries
    "GET classify": (get("/v1/classify"), {405}),
    "PUT classify": (raw("PUT", "/v1/classify", _NOTE), {405}),
    "PATCH classify": (raw("PATCH", "/v1/classify", _NOTE), {405}),
    "OPTIONS": (raw("OPTIONS", "/v1/classify"), {405}),
    "OPTIONS *": (raw("OPTIONS", "*"), {400, 404}),
    "TRACE": (raw("TRACE", "/v1/classify"), {405}),
    "unknown method": (raw("BREW", "/v1/classify"), {400, 405}),
    "nothing there": (get(f"/v1/{SECRET}"), {404}),
    "path traversal": (get("/site/../../../../etc/passwd"), {404}),
    "encoded traversal": (get("/site/..%2f..%2f..%2fetc%2fpasswd"), {404}),
    "encoded dots": (get("/site/%2e%2e/%2e%2e/etc/passwd"), {404}),
    "backslashes": (get("/site/..\\..\\etc\\passwd"), {400, 404}),
    "two slashes": (get("//v1//labels"), {404}),
    "a slash at the end": (get("/v1/labels/"), {404}),
    "an id with a slash": (get("/v1/verdicts/a%2Fb"), {404}),
    "an id with NUL": (get("/v1/verdicts/a%00b"), {404}),
    "an id that is no UTF-8": (get("/v1/verdicts/%ff%fe"), {404, 422}),
    "SQL in an id": (get("/v1/verdicts/1%27%20OR%20%271%27%3D%271"), {404}),
    "SQL in a note's id": (get("/v1/notes/%27;DROP%20TABLE%20verdict;--/verdicts"), {404, 405, 200}),
    "an id of 60 KB": (get("/v1/verdicts/" + "a" * 60_000), {404, 431}),
    "a limit of letters": (get(f"/v1/jobs?limit={SECRET}"), {422}),
    "a limit of 0": (get("/v1/jobs?limit=0"), {422}),
    "a limit of 40 digits": (get("/v1/jobs?limit=" + "9" * 40), {422}),
    "a limit twice": (get("/v1/jobs?limit=1&limit=2"), {422}),
    "an unknown parameter": (get(f"/v1/jobs?%20{SECRET}=1"), {422}),
    "a cursor that is none": (get("/v1/jobs?before=%27%20OR%201=1"), {422}),
    "a query of bytes": (get("/v1/jobs?limit=%ff"), {422}),
    "a feed's dates": (get("/v1/feeds/x/authenticity?from=yesterday"), {422}),
    "a feed's days of years": (get("/v1/feeds/x/authenticity?from=99999-01-01"), {422}),
    "a feed's unknown period": (get(f"/v1/feeds/x/authenticity?period={SECRET}"), {422}),
    # headers and keys
    "no key": (post(_NOTE, key=None), {401}),
    "a key that nobody has": (post(_NOTE, key=SECRET), {401}),
    "revoked key": (post(_NOTE, key="{revoked}"), {401}),
    "key of 60 KB": (post(_NOTE, key=SECRET * 5000), {401, 431}),
    "key of bytes": (post(_NOTE, b"Authorization: Bearer \xff\xfe", key=None), {401}),
    "key as Basic": (post(_NOTE, "Authorization: Basic dTpw", key=None), {401}),
    "key in the query": (post(_NOTE, path="/v1/classify?key={key}", key=None), {401}),
    "wrong role": (raw("PUT", "/v1/models/current", b'{"version": "x"}'), {403}),
    "wrong role for feedback": (post({"feedback": []}, path="/v1/feedback"), {403}),
    "wrong role to erase": (raw("DELETE", "/v1/notes/n1"), {403}),
    "empty Idempotency-Key": (post(_NOTE, "Idempotency-Key: "), {422}),
    "Idempotency-Key of 256": (post(_NOTE, "Idempotency-Key: " + "k" * 256), {422}),
    "Idempotency-Key of bytes": (post(_NOTE, b"Idempotency-Key: \xe4\xb8\x80"), {422}),
    "expect what nobody does": (post(_NOTE, "Expect: 200-ok"), {400, 417, 200}),
    "a job of no type": (post(b"x", "Content-Type: text/plain", path="/v1/jobs"), {415}),
    "a job of no notes": (post({"notes": []}, path="/v1/jobs"), {422}),
    "a job that calls anybody": (
        post({"notes": [{"note_id": "n"}], "callback_url": "http://169.254.169.254/"}, path="/v1/jobs"),
        {422},
    ),
    "a job whose lines are none": (
        post(b"\xff\n{\n", "Content-Type: application/x-ndjson", path="/v1/jobs?limit=1"),
        {422},
    ),
}
# As an admin.
BAD_OF_ADMIN = {
    "a model that is none": (raw("PUT", "/v1/models/current", b'{"version": "../../x"}'), {422}),
    "an unknown model": (raw("PUT", "/v1/models/current", b'{"version": "9.9.9"}'), {422}),
    "a roll-back to nothing": (raw("POST", "/v1/models/rollback"), {409}),
    "a policy of a list": (raw("PUT", "/v1/policies/default", b"[]"), {422}),
    "a policy of another shape": (raw("PUT", "/v1/policies/default", b'{"diversion": {"block": 2}}'), {422}),
    "a policy's name of a path": (raw("PUT", "/v1/policies/..%2Fx", b"{}"), {422, 404}),
    "phrases of a string": (raw("PUT", "/v1/phrases/default", b'{"block": "x"}'), {404, 422}),
    "a key without a name": (post({"roles": ["score"]}, path="/v1/keys"), {422}),
    "a key of an unknown role": (post({"name": "x", "roles": ["root"]}, path="/v1/keys"), {422}),
    "feedback of none": (post({"feedback": []}, path="/v1/feedback"), {422}),
    "feedback on SQL": (
        post({"feedback": [{"verdict_id": "' OR 1=1", "kind": "miss"}]}, path="/v1/feedback"),
        {200},
    ),
    "erase nobody": (raw("DELETE", "/v1/notes/"), {404, 405}),
    "erase what is no UTF-8": (raw("DELETE", "/v1/notes/%ff"), {422}),
    "audit rows of none": (post({"rows": []}, path="/v1/feeds/x/audit-labels"), {422, 413}),
}
