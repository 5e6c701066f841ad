"""The four labels and three questions; labels alphabetical, so that array columns match scikit-learn's `classes_`."""

from enum import StrEnum


class Label(StrEnum):
    """What a note is to its reader."""

    DISCLOSED_AD = "disclosed_ad"  # 已声明广告: "本篇含广告，感谢品牌寄样"
    DIVERSION = "diversion"  # 站外导流: "加薇❤️领券，主页有惊喜"
    ORGANIC = "organic"  # 真实分享: "用了三个月，敏感肌没泛红"
    UNDISCLOSED_AD = "undisclosed_ad"  # 未声明广告: "今天到手价29.9，宝子们直接拍"


class Question(StrEnum):
    """What an annotator answers, and the model learns, each on its own."""

    COMMERCIAL = "commercial"  # is it published to sell or promote for gain?
    DISCLOSED = "disclosed"  # if commercial: is the reader told?
    DIVERSION = "diversion"  # does any part lead off the platform, or into private contact for a deal?


LABELS: tuple[Label, ...] = tuple(Label)
QUESTIONS: tuple[Question, ...] = tuple(Question)
LABEL_NAMES_ZH: dict[Label, str] = {
    Label.DISCLOSED_AD: "已声明广告",
    Label.DIVERSION: "站外导流",
    Label.ORGANIC: "真实分享",
    Label.UNDISCLOSED_AD: "未声明广告",
}


def derive_label(commercial: str, disclosed: str, diversion: str) -> Label | None:
    """Derive the label from three answers (`yes`, `no`, `unsure`, `na`), in the guideline's order.

    Returns
    -------
    Label or None
        None where an `unsure` answer leaves the label open.

    Examples
    --------
    >>> derive_label("yes", "no", "no")
    <Label.UNDISCLOSED_AD: 'undisclosed_ad'>
    >>> derive_label("unsure", "na", "no") is None
    True
    """
    if diversion == "yes":
        return Label.DIVERSION
    if "unsure" in (commercial, diversion) or (commercial == "yes" and disclosed == "unsure"):
        return None
    if commercial == "yes":
        return Label.DISCLOSED_AD if disclosed == "yes" else Label.UNDISCLOSED_AD
    return Label.ORGANIC
