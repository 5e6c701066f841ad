"""Text of others on a terminal: characters that would act on it stand as signs."""

# Control and direction characters would act on the terminal; one sign stands for one, so positions hold.
_SAFE = {code: 0x2400 + code for code in range(0x20)} | {0x0A: ord("↵"), 0x7F: 0x2421}
_SAFE |= dict.fromkeys([*range(0x80, 0xA0), 0x61C, 0x200E, 0x200F, 0x2028, 0x2029], 0xFFFD)
_SAFE |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)], 0xFFFD)


def safe_text(text: str) -> str:
    r"""Put one sign for each control and direction character, so that positions hold.

    Examples
    --------
    >>> safe_text("\x1b[31m")
    '␛[31m'
    """
    return text.translate(_SAFE)
