"""Write the next revision, for developers: what `tables` has and the revisions lack.

`python -m serving.store.new_revision MESSAGE`; read what it wrote before you keep it.
"""

import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations.ops import UpgradeOps
from alembic.runtime.migration import MigrationContext

from serving.store import migrations
from serving.store.any_text import AnyText, PlainString
from serving.store.engine import Store
from serving.store.tables import metadata

_FILE = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {previous}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    {body}
'''


def write_revision(message: str, folder: Path) -> Path:
    """Compare `tables` with what the revisions make, and write the difference.

    Raises
    ------
    SystemExit
        If there is none.
    """
    with tempfile.TemporaryDirectory() as temporary:
        store = Store(f"sqlite:///{temporary}/empty.db")
        store.migrate()
        with store.read() as connection:
            context = MigrationContext.configure(connection, opts={"render_item": _render, "user_module_prefix": None})
            previous = context.get_current_revision()
            upgrade = produce_migrations(context, metadata).upgrade_ops
        store.close()
    if not isinstance(upgrade, UpgradeOps) or upgrade.is_empty():
        raise SystemExit("Nothing has changed in serving/store/tables.py.")
    number = 1 if previous is None else int(previous) + 1
    path = folder / f"r{number:04d}_{re.sub(r'[^a-z0-9]+', '_', message.lower()).strip('_')}.py"
    body = render_python_code(upgrade, render_item=_render)
    quoted = "None" if previous is None else f'"{previous}"'
    path.write_text(
        _FILE.format(message=message, revision=f"{number:04d}", previous=quoted, body=body), encoding="utf-8"
    )
    return path


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, AnyText | PlainString) else False


if __name__ == "__main__":
    print(write_revision(" ".join(sys.argv[1:]), Path(migrations.__path__[0]) / "versions"))  # noqa: T201
