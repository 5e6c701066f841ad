"""A change that the database holds is answered as made, also where this process cannot follow it at once."""

import logging

from sqlalchemy.exc import SQLAlchemyError

from data.errors import AppError
from serving.live.models import LiveModels

_logger = logging.getLogger("huoren.serving")


def follow_change(models: LiveModels) -> bool:
    """Put into use what was just stored; False where that waits for the next look, within about a second.

    A refusal would be wrong: whoever repeats a roll-back that was made undoes it.
    """
    try:
        models.refresh()
    except (AppError, SQLAlchemyError) as error:
        _logger.warning("a change was stored and is followed soon: %s", type(error).__name__)
        return False
    return True
