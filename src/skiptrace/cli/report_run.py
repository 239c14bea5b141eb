"""Behind ``skiptrace report``."""

from __future__ import annotations

from skiptrace.errors import BadInput
from skiptrace.following import report
from skiptrace.ports import Reported
from skiptrace.scheduling import Happening
from skiptrace.settings import Settings
from skiptrace.wiring import connect


async def report_happening(settings: Settings, account: str, what: str, by: str, report_id: str) -> bool:
    """Record it. Raises BadInput when it is not one of those that are known."""
    try:
        happening = Happening(what.replace("-", "_"))
    except ValueError:
        raise BadInput("what", f"is one of {', '.join(Happening)}") from None
    async with connect(settings) as app:
        name = report_id or app.new_id()
        return await report(Reported(name, settings.tenant, account, happening, app.clock.now(), by), app)
