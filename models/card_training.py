"""The part of a model card that says what a model learned from, and who answered there."""

from collections.abc import Iterator

from models.card_manifest import CardManifest
from models.notice import CLEAN, is_clean, origin_of

_READ = """\
- {files}: readings by a language model following the guideline, not by human moderators; agreement with them is
  agreement with such readings."""
_GOLD_READ = "Labels of the gold files, which models are measured on too"
_ANNOTATED = "- {files}: by their collectors' annotators, covert advertisement or not."
_ZHIHU = "- zhihu_advertorials.jsonl.gz, of which a sample trains: by its collectors' annotators, advertorial or not."
_WRITTEN = "- {files}: written together with its answers for this project, by a language model."


def render_training(manifest: CardManifest) -> str:
    """Write the table of training data, and who labelled it, with counts."""
    return "\n".join([*_table(manifest), "", *_labelled_by(manifest), *(["", CLEAN] if is_clean(manifest) else [])])


def learned_of_gold(manifest: CardManifest) -> bool:
    """Tell whether gold notes are among what a model learned from."""
    return bool(_named(manifest, "gold"))


def _table(manifest: CardManifest) -> Iterator[str]:
    yield "| data | what it is | rows | licence | sha256 |\n| --- | --- | ---: | --- | --- |"
    for each in manifest.training_data:
        yield f"| {each.name} | {origin_of(each.name) or '–'} | {each.rows} | {each.licence} | `{each.sha256}` |"


def _labelled_by(manifest: CardManifest) -> Iterator[str]:
    yield _READ.format(files=", ".join(filter(None, [_GOLD_READ, _named(manifest, "gold", "data/labels/")])))
    if annotated := _named(manifest, "chasm", "rednote_covert_ads"):
        yield _ANNOTATED.format(files=annotated)
    if any(each.name.startswith("zhihu") and "unused" not in each.licence for each in manifest.training_data):
        yield _ZHIHU
    if written := _named(manifest, "data/corpus/notes"):
        yield _WRITTEN.format(files=written)


def _named(manifest: CardManifest, *starts: str) -> str:
    found = [each for each in manifest.training_data if each.name.startswith(starts)]
    return ", ".join(f"{each.name} ({each.rows})" for each in found)
