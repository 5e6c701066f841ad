"""Model card: what a model is, learned from, was measured at, and must not be used for; rendered from its manifest."""

from collections.abc import Iterator, Mapping
from typing import Any

from data.errors import ModelError
from data.labels import LABEL_NAMES_ZH, Label
from models.card_figures import render_figures
from models.card_manifest import CardManifest, read_card_manifest
from models.card_training import learned_of_gold, render_training
from models.card_twin import render_twin

EXAMPLES: dict[Label, str] = {  # invented
    Label.DISCLOSED_AD: "本篇含广告，感谢品牌寄样，用了两周再来说",
    Label.DIVERSION: "想要同款的加薇❤️，主页有方式",
    Label.ORGANIC: "用了三个月，敏感肌没泛红，就是有点贵",
    Label.UNDISCLOSED_AD: "今天到手价29.9，宝子们直接拍",
}
_MEANINGS: dict[Label, str] = {
    Label.DISCLOSED_AD: "sells or promotes for gain, and says so",
    Label.DIVERSION: "leads off the platform, or into private contact for a deal",
    Label.ORGANIC: "shares, asks or complains without selling",
    Label.UNDISCLOSED_AD: "sells or promotes for gain, and does not say so",
}
_ABOUT = """\
Judges one note (title, body, tags, comments, image text) by three questions: is it published to sell or promote
(`commercial`), does it say so (`disclosed`), does it lead people off the platform (`diversion`). The answers give one
of four labels, with calibrated scores and the evidence. Made to order notes for a person to read, and to estimate the
share of real sharing in a feed."""
_LIMITS = """\
- **Sources never seen.** A new source or topic is judged worse than unseen notes of a known one. Before relying on it
  for a new feed, have people label a probability sample of that feed.
- **Few real disclosed advertisements.** {disclosed} What the platform itself declares decides by rule.
- **No image, no sound.** Text in a picture counts only where it is given as text.
{dev}
- **Wording ages.** People who lead readers off the platform change their words when the old ones are caught.
- **Intervals do not cover the labels' own errors**, nor sources other than those measured on."""
_DEV_CHOSE = """\
- **Dev chose too.** Thresholds, calibration and lead patterns were chosen on gold_train and gold_dev: figures on these
  flatter."""
_DEV_JUDGED = """\
- **Dev judged only.** No gold note teaches or calibrates it. Its detectors' patterns and its recipe, though, were
  chosen with gold_train and gold_dev in view. Where its thresholds rest on sets that nobody asked about diversion, such
  notes count as not diverting."""
_MISUSE = """\
- **Not for punishing a person without a human reading.** A score sends a note to a reader; it proves nothing of its
  author.
- **Keyword crawls are no base rate.** Sets found by keyword, as those above, say nothing of how common a label is on
  the platform or in a feed. Use `huoren report` with an audited sample.
- **Not for judging what somebody is, means or earns.** Labels tell what a text shows, never what is suspected of its
  author."""


def render_card(
    manifest: Mapping[str, Any], metrics: Mapping[str, Any], *, twin: Mapping[str, Any] | None = None
) -> str:
    """Write the model card as Markdown.

    Parameters
    ----------
    manifest
        The artifact's `manifest.json`.
    metrics
        What `huoren evaluate --json` prints for this model.
    twin
        `manifest.json` of a model that learned alike from other data, to set beside it.

    Raises
    ------
    ModelError
        If any lacks what the card tells, or the metrics are another model's.
    """
    checked = read_card_manifest(manifest)
    if (measured := metrics.get("model_version")) != checked.model_version:
        raise ModelError(f"metrics must be of the model of the card, {checked.model_version!r}. Got {measured!r}.")
    figures = render_figures(metrics, training_sha256={each.sha256 for each in checked.training_data})
    parts = [
        f"# huoren model {checked.model_version}",
        _ABOUT,
        "## Labels",
        "\n".join(_labels()),
        "## Training data",
        render_training(checked),
        "## Figures",
        figures,
        *(["## Beside its twin", render_twin(metrics, twin)] if twin is not None else []),
        "## Limits",
        _LIMITS.format(disclosed=_disclosed(metrics), dev=_DEV_CHOSE if learned_of_gold(checked) else _DEV_JUDGED),
        "## Misuse",
        _MISUSE,
        "## Versions",
        "\n".join(_versions(checked)),
    ]
    return "\n\n".join(parts) + "\n"


def _labels() -> Iterator[str]:
    yield "| label | 中文 | a note that | example (invented) |\n| --- | --- | --- | --- |"
    for label, example in EXAMPLES.items():
        yield f"| `{label}` | {LABEL_NAMES_ZH[label]} | {_MEANINGS[label]} | {example} |"


def _disclosed(metrics: Mapping[str, Any]) -> str:
    """Say how many disclosed advertisements the figures rest on."""
    counts = [
        f"{each['overall']['labels']['per_label'][Label.DISCLOSED_AD]['positives']} in {each['name']}"
        for each in metrics["sets"]
        if "labels" in each["overall"]
    ]
    found = f"Notes measured on with that label: {', '.join(counts)}." if counts else "None was measured on."
    return f"{found} Below 50 its figures are called not established."


def _versions(manifest: CardManifest) -> Iterator[str]:
    requires = manifest.requires
    if isinstance(requires, Mapping):
        requires = [f"{name} {version}" for name, version in requires.items()]
    yield f"- model {manifest.model_version}, made {manifest.created_at}"
    yield f"- artifact format {manifest.format}, normaliser {manifest.normaliser_version}"
    yield f"- requires {requires if isinstance(requires, str) else ', '.join(requires)}"
    for question, threshold in manifest.label_thresholds.items():
        yield f"- threshold of `{question}`: {threshold:.4f}"
