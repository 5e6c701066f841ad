import io
import json
import logging
import sys
import threading

import pytest

from serving.logs import configure_logs

SECRET = "加我薇信secret88"


@pytest.fixture
def log():
    """Give a function that sets logging up and the text it writes; the test runner's own set-up comes back after."""
    root, names = logging.getLogger(), ("huoren", "serving", "uvicorn", "alembic")
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in names}
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    stream = io.StringIO()

    def start(**options):
        configure_logs(stream=stream, **options)
        sys.unraisablehook = hooks[2]
        return stream

    yield start
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


def fail():
    raise ValueError(SECRET)


def test_a_line_is_one_json_object_with_the_request_id(log):
    out = log()
    logging.getLogger("huoren.serving").info("a\nb %d", 3, extra={"request_id": "r1"})
    line = json.loads(out.getvalue())
    assert line["time"].endswith("+00:00")
    assert (line["level"], line["logger"], line["message"]) == ("info", "huoren.serving", "a b 3")
    assert line["request_id"] == "r1"
    assert isinstance(line["process"], int)


@pytest.mark.parametrize("as_json", [True, False])
def test_an_exception_is_named_by_type_and_place_and_not_quoted(log, as_json):
    out = log(as_json=as_json)
    try:
        fail()
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    assert "ValueError" in out.getvalue()
    assert "test_logs.py:" in out.getvalue()
    assert "secret88" not in out.getvalue()
    assert out.getvalue().count("\n") == 1


def test_words_of_other_libraries_are_left_out(log):
    out = log()
    logging.getLogger("asyncio").error("Task exception was never retrieved: %r", ValueError(SECRET))
    assert "asyncio reported something" in out.getvalue()
    assert "secret88" not in out.getvalue()


def test_what_ends_a_thread_is_logged_without_its_words(log):
    out = log()
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert json.loads(out.getvalue())["error"]["type"] == "ValueError"
    assert "secret88" not in out.getvalue()


def test_quiet_keeps_warnings(log):
    out = log(quiet=True)
    logging.getLogger("huoren.server").info("started")
    logging.getLogger("huoren.server").warning("slow")
    assert [json.loads(line)["message"] for line in out.getvalue().splitlines()] == ["slow"]


def test_a_request_that_is_no_http_leaves_no_line(log):
    out = log()
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    assert out.getvalue() == ""
