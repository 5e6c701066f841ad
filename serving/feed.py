"""`huoren feed`: compare two feeds or periods, list the steps in their series, tell what drifts."""

import argparse
from types import ModuleType

from serving import feed_compare, feed_drift, feed_history

ACTIONS: dict[str, tuple[ModuleType, str]] = {
    "compare": (feed_compare, "tell how far two feeds, or one feed in two periods, lie apart, with the joint interval"),
    "changes": (feed_history, "list the steps in the series of all feeds that are not chance, with their q-values"),
    "drift": (feed_drift, "list alarms, and what is checked of each feed and period"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands of `huoren feed`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, (module, about) in ACTIONS.items():
        action = actions.add_parser(
            name,
            help=about,
            description=f"{about[0].upper()}{about[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,  # as the top of the command line
        )
        module.add_arguments(action)
    parser.epilog = "example: huoren feed compare scored/ skincare --periods 2025-03 2025-06"


def run(args: argparse.Namespace) -> int:
    """Run the subcommand that the arguments name."""
    module, _ = ACTIONS[args.action]
    return int(module.run(args))
