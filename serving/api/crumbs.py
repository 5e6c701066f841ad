"""Bodies that are small on the wire and huge in memory: millions of values of a byte or two."""

from serving.api.problems import RequestError

_FEW_COMMAS = 2**20
_BYTES_A_COMMA = 6


def refuse_crumbs(body: bytes) -> None:
    """Refuse a large body that is made of next to nothing: each `1,` of 2 bytes would take 70 in memory.

    Raises
    ------
    RequestError
        413 over a million commas, where they are more than one in six bytes.
    """
    if len(body) > _FEW_COMMAS and body.count(b",") > max(_FEW_COMMAS, len(body) // _BYTES_A_COMMA):
        detail = "a large body must hold notes, not millions of tiny values. It holds those."
        raise RequestError(413, detail, pointer="")
