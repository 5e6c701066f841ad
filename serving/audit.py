"""`huoren audit`: draw notes for people to label, take their labels in, and say how far they have come."""

import argparse

from serving.actions import Actions, add_actions, run_action
from serving.audits import add as audit_add
from serving.audits import plan as audit_plan
from serving.audits import status as audit_status

ACTIONS: Actions = {
    "plan": (audit_plan, "draw notes of each feed and period for people to label, and write sheets for them"),
    "add": (audit_add, "put the labels of a filled sheet into the audit file"),
    "status": (audit_status, "tell how many are labelled, how well people agree, and how wide the interval is so far"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands of `huoren audit`."""
    add_actions(parser, ACTIONS)
    parser.epilog = "example: huoren audit plan scored/ -o audit.csv --labels 200"


def run(args: argparse.Namespace) -> int:
    """Run the subcommand that the arguments name."""
    return run_action(args, ACTIONS)
