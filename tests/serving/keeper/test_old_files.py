import dataclasses
import os
import time

import pytest

from serving.journal.boots import DAMAGED, REFUSED
from serving.keeper.old_files import delete_old_files


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("days", "kept"), [(0, {"old", "young"}), (30, {"young"})])
def test_files_put_aside_are_kept_as_long_as_verdicts(settings, store, root, days, kept):
    for folder in (root / DAMAGED, root / REFUSED):
        folder.mkdir(parents=True)
        for name, age_days in (("old", 31), ("young", 29)):
            path = folder / name
            path.touch()
            os.utime(path, (time.time() - age_days * 86_400,) * 2)

    delete_old_files(store, dataclasses.replace(settings, retention_days=days))

    for folder in (root / DAMAGED, root / REFUSED):
        assert {path.name for path in folder.iterdir()} == kept
