"""What the README tells people to type works."""

import doctest
import re
from pathlib import Path

import pytest

from serving.cli import VERBS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
BLOCKS = re.findall(r"^```pycon\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
SHELL = "\n".join(re.findall(r"^```(?:sh|console)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL))
INLINE = "\n".join(re.findall(r"`([^`\n]+)`", README))


@pytest.mark.parametrize("block", BLOCKS)
def test_python_examples_print_what_the_readme_shows(block):
    test = doctest.DocTestParser().get_doctest(block, {}, "README.md", "README.md", 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    output = []
    runner.run(test, out=output.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(output)


def test_the_two_promised_commands_are_make_targets():
    assert {"run", "test"} <= TARGETS


def test_every_make_command_is_a_target():
    assert set(re.findall(r"\bmake ([a-z]+)", SHELL + INLINE)) <= TARGETS


def test_every_huoren_command_is_a_verb():
    assert set(re.findall(r"\bhuoren ([a-z]+)\b", SHELL + INLINE)) <= VERBS.keys()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\((?!https?:|#)([^)#]+)", README))))
def test_every_link_into_the_repository_leads_somewhere(path):
    assert (ROOT / path).exists()
