"""The file of HUOREN_POLICY, read again when it changes on disk; while it is broken, what it held before goes on."""

import hashlib
from pathlib import Path

from data.errors import ConfigError, ModelError
from models.policy import Policy, load_policy
from serving.live.loading import LONGEST_POLICY, check_version


class PolicyFile:
    """A policy file; without a path there is never a policy.

    Attributes
    ----------
    policy
        What it held when it was last good; None before, and without a path.
    problem
        Why it cannot be used as it is now; "" while it can.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._digest = b""
        self.policy: Policy | None = None
        self.problem = ""

    def refresh(self) -> bool:
        """Read it if it changed; tell whether there is another policy now."""
        if self._path is None:
            return False
        try:
            digest = hashlib.sha256(self._path.read_bytes()).digest()
        except OSError as error:
            self._digest = b""
            self.problem = f"a policy file must be readable. Got {error.strerror} instead."
            return False
        if digest == self._digest:
            return False
        self._digest = digest
        try:
            policy = load_policy(self._path)
            check_version("a policy's name and version", policy.policy_version, LONGEST_POLICY)
        except (ConfigError, ModelError) as error:
            self.problem = str(error)
            return False
        self.policy, self.problem = policy, ""
        return True
