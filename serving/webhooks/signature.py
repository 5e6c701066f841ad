"""The signature of a webhook: HMAC-SHA256 of the raw body."""

import hmac


def sign(body: bytes, *, secret: str) -> str:
    """Give the value of `X-Huoren-Signature`.

    Examples
    --------
    >>> sign(b"{}", secret="sixteen letters!")[:15]
    'sha256=dd2df3df'
    """
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()
