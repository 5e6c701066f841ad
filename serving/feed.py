"""`huoren feed`: compare two feeds or periods, list the steps in their series, tell what drifts."""

import argparse

from serving import feed_compare, feed_drift, feed_history
from serving.actions import Actions, add_actions, run_action

ACTIONS: Actions = {
    "compare": (feed_compare, "tell how far two feeds, or one feed in two periods, lie apart, with the joint interval"),
    "changes": (feed_history, "list the steps in the series of all feeds that are not chance, with their q-values"),
    "drift": (feed_drift, "list alarms, and what is checked of each feed and period"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands of `huoren feed`."""
    add_actions(parser, ACTIONS)
    parser.epilog = "example: huoren feed compare scored/ skincare --periods 2025-03 2025-06"


def run(args: argparse.Namespace) -> int:
    """Run the subcommand that the arguments name."""
    return run_action(args, ACTIONS)
