"""`huoren keys`: make, list and revoke the API keys of the service."""

import argparse
import math
import os
import pwd
import re

import msgspec

from data.errors import DataError
from serving.cli_output import say, tell
from serving.store.clock import time_of
from serving.store.engine import Store, open_store
from serving.store.keys import NAME, ROLES, create_key, list_keys, revoke_key

_ABOUT = {
    "create": "make a key and print it, once: only its hash is kept",
    "list": "list all keys, revoked ones too",
    "revoke": "take a key out of force, for good; running services follow within seconds",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands of `huoren keys`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    parsers = {
        name: actions.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.", allow_abbrev=False)
        for name, about in _ABOUT.items()
    }
    create = parsers["create"]
    create.add_argument("--role", action="append", choices=ROLES, help="may be given several times (default: score)")
    create.add_argument("--rate", type=_rate, metavar="N", help="requests a second (default: HUOREN_RATE)")
    for name in ("create", "revoke"):
        parsers[name].add_argument("name", metavar="NAME", type=_name, help="who uses it: letters, digits, . _ -")
    for name in ("create", "list"):
        parsers[name].add_argument("--json", action="store_true", help="print JSON")
    parser.epilog = "example: huoren keys create pipeline --role score --role feedback --rate 200"


def run(args: argparse.Namespace) -> int:
    """Run the subcommand that the arguments name.

    Raises
    ------
    AppError
        If the database is away, or the name is taken or unknown.
    """
    store = open_store(args.settings)
    try:
        store.migrate()
        {"create": _create, "list": _list, "revoke": _revoke}[args.action](args, store)
    finally:
        store.close()
    return 0


def _create(args: argparse.Namespace, store: Store) -> None:
    roles = args.role or ["score"]
    with store.begin() as connection:
        key = create_key(connection, args.name, roles, args.rate, actor=_actor())
    say(msgspec.json.encode({"name": args.name, "key": key}).decode() if args.json else key)
    tell(f"The key {args.name} is in force within seconds. It is shown this once.")


def _list(args: argparse.Namespace, store: Store) -> None:
    with store.read() as connection:
        rows = list_keys(connection)
    for row in rows:
        roles, rate = row["roles"].split(","), row["rate"]
        created, revoked = time_of(row["created_us"]), row["revoked_us"] and time_of(row["revoked_us"])
        if args.json:
            shown = {"name": row["name"], "roles": roles, "rate": rate, "created_by": row["created_by"]}
            say(msgspec.json.encode(shown | {"created_at": created, "revoked_at": revoked}).decode())
        else:
            state = f"revoked {revoked:%Y-%m-%d}" if revoked else "in force"
            limit = "-" if rate is None else f"{rate:g}/s"
            say(f"{row['name']}\t{'+'.join(roles)}\t{limit}\t{created:%Y-%m-%d}\t{state}")


def _revoke(args: argparse.Namespace, store: Store) -> None:
    with store.begin() as connection:
        if not revoke_key(connection, args.name, actor=_actor()):
            raise DataError(f"a key must exist to be revoked. There is none called {args.name!r}.")
    tell(f"The key {args.name} is out of force within seconds.")


def _actor() -> str:
    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"[:64]
    except KeyError:  # a container's user without a name
        return f"cli:{os.getuid()}"


def _name(text: str) -> str:
    if re.fullmatch(NAME, text) is None:
        raise argparse.ArgumentTypeError("a name has at most 64 letters, digits, '.', '_' and '-'")
    return text


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0 < rate < math.inf:
        raise argparse.ArgumentTypeError("a rate is a number above 0")
    return rate
