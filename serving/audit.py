"""`huoren audit`: draw notes for people to label, take their labels in, and say how far they have come."""

import argparse
from types import ModuleType

from serving.audits import add as audit_add
from serving.audits import plan as audit_plan
from serving.audits import status as audit_status

ACTIONS: dict[str, tuple[ModuleType, str]] = {
    "plan": (audit_plan, "draw notes of each feed and period for people to label, and write sheets for them"),
    "add": (audit_add, "put the labels of a filled sheet into the audit file"),
    "status": (audit_status, "tell how many are labelled, how well people agree, and how wide the interval is so far"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands of `huoren audit`."""
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
    parser.epilog = "example: huoren audit plan scored/ -o audit.csv --labels 200"


def run(args: argparse.Namespace) -> int:
    """Run the subcommand that the arguments name."""
    module, _ = ACTIONS[args.action]
    return int(module.run(args))
