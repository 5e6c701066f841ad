"""Verbs of several actions, as `huoren audit plan`: each action is a module with `add_arguments` and `run`."""

import argparse
from collections.abc import Mapping
from types import ModuleType

Actions = Mapping[str, tuple[ModuleType, str]]  # by name, with what it does


def add_actions(parser: argparse.ArgumentParser, actions: Actions) -> None:
    """Declare the actions of a verb and the arguments of each."""
    subparsers = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, (module, about) in actions.items():
        action = subparsers.add_parser(
            name,
            help=about,
            description=f"{about[0].upper()}{about[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,  # as the top of the command line
        )
        module.add_arguments(action)


def run_action(args: argparse.Namespace, actions: Actions) -> int:
    """Run the action that the arguments name."""
    module, _ = actions[args.action]
    return int(module.run(args))
