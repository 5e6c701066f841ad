import pytest

from data.errors import ConfigError, DataError
from serving.settings import Settings
from serving.webhooks.addresses import check_callback_url, check_webhook_settings, may_be_told

SETTINGS = Settings(
    callback_hosts=("Hooks.example.com", "both.example.com:8443", "127.0.0.1:9000", "[::1]", "[::1]:8080", "localhost"),
    webhook_secret="s" * 16,
)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/a?b=c",
        "https://HOOKS.example.com",
        "https://hooks.example.com:443/",
        "https://both.example.com:8443/",
        "http://127.0.0.1:9000/",
        "http://[::1]/",
        "http://[::1]:8080/",
        "http://localhost/",
        "http://localhost:80/",
        "https://localhost/",
    ],
)
def test_a_listed_host_may_be_called(url):
    check_callback_url(url, SETTINGS)
    assert may_be_told(url, SETTINGS)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://other.example.com/", "HUOREN_CALLBACK_HOSTS"),
        ("https://hooks.example.com.evil.example/", "HUOREN_CALLBACK_HOSTS"),
        ("https://10.0.0.1/", "HUOREN_CALLBACK_HOSTS"),
        ("https://hooks.example.com:8443/", "HUOREN_CALLBACK_HOSTS"),
        ("https://hooks.example.com:80/", "HUOREN_CALLBACK_HOSTS"),
        ("https://hooks.example.com:0/", "HUOREN_CALLBACK_HOSTS"),
        ("https://both.example.com/", "HUOREN_CALLBACK_HOSTS"),
        ("http://127.0.0.1/", "HUOREN_CALLBACK_HOSTS"),
        ("http://localhost:443/", "HUOREN_CALLBACK_HOSTS"),
        ("http://[::1]:9000/", "HUOREN_CALLBACK_HOSTS"),
        ("http://both.example.com:8443/", "must be https"),
        ("http://hooks.example.com/", "must be https"),
        ("https://hooks.example.com@evil.example/", "without user"),
        ("https://evil.example\\@hooks.example.com/", "without user"),
        ("ftp://hooks.example.com/", "http or https"),
        ("file:///etc/passwd", "http or https"),
        ("https://hooks.example.com:port/", "port number"),
        ("https:// hooks.example.com/", "printable"),
        ("https://hooks.example.com/\r\nX: y", "printable"),
        ("", "http or https"),
    ],
)
def test_no_other_address_may_be_called(url, words):
    with pytest.raises(DataError, match=words):
        check_callback_url(url, SETTINGS)


@pytest.mark.parametrize("given", [{"webhook_url": "https://a.example/"}, {"callback_hosts": ("a.example",)}])
def test_webhooks_without_a_secret_stop_the_start(given):
    with pytest.raises(ConfigError, match="HUOREN_WEBHOOK_SECRET must be set"):
        check_webhook_settings(Settings(**given))


def test_a_webhook_url_that_is_none_stops_the_start():
    with pytest.raises(ConfigError, match="HUOREN_WEBHOOK_URL"):
        check_webhook_settings(Settings(webhook_url="pipeline", webhook_secret="s" * 16))


@pytest.mark.parametrize(
    "entry",
    [
        "https://hooks.example.com",
        "hooks.example.com/path",
        "*.example.com",
        "user@hooks.example.com",
        "hooks.example.com:",
        "hooks.example.com:https",
        "hooks.example.com:0",
        "hooks.example.com:65536",
        ":443",
        "::1",
        "::1:8080",
        "[::1",
        "[hooks.example.com]",
        "[127.0.0.1]:80",
        "钩子.example.com",
    ],
)
def test_a_callback_host_that_is_neither_host_nor_host_and_port_stops_the_start(entry):
    with pytest.raises(ConfigError, match=r"HUOREN_CALLBACK_HOSTS must list .* in place 2") as raised:
        check_webhook_settings(Settings(callback_hosts=("a.example", entry), webhook_secret="s" * 16))
    assert f"{entry}." not in str(raised.value)


def test_complete_or_absent_settings_pass():
    check_webhook_settings(Settings())
    check_webhook_settings(SETTINGS)
