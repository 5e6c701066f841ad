"""`huoren model`: compare two models, promote one to champion where it is no worse, list a registry."""

import argparse
from types import ModuleType

from training import model_compare, model_list, model_promote

ACTIONS: dict[str, tuple[ModuleType, str]] = {
    "compare": (model_compare, "tell whether model B is better than A on the same labelled notes, and what changes"),
    "promote": (model_promote, "make a model the champion of a registry, unless it is worse where that is guarded"),
    "list": (model_list, "list the models of a registry and what was decided"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands of `huoren model`."""
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
    parser.epilog = "example: huoren model compare released my-model"


def run(args: argparse.Namespace) -> int:
    """Run the subcommand that the arguments name; 0 done or accepted, 1 refused."""
    module, _ = ACTIONS[args.action]
    return int(module.run(args))
