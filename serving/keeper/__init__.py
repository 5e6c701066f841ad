"""What happens after the answer: verdicts go into the database, and what else has to be done there."""

from serving.keeper.keeper import Keeper

__all__ = ["Keeper"]
