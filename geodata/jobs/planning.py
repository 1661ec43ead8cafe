"""The job that cuts the ground of a plan into units."""

from datetime import UTC, datetime
from uuid import UUID

from geodata.actions.planning.starting import GROUND_JOB, lay_ground
from geodata.jobs.kinds import JobContext, job_kind


@job_kind(GROUND_JOB)
def plan_ground(context: JobContext) -> dict[str, int]:
    """All units and the first version in one transaction: killed before its end it did nothing, run twice it does it once."""

    def tell(share: float, community: str) -> None:
        context.heartbeat(progress=0.95 * share, message=community)

    with context.engine.begin() as conn:
        units = lay_ground(
            conn, context.settings, UUID(context.job.arguments["plan"]), now=datetime.now(UTC), progress=tell
        )
        context.heartbeat(progress=0.95)
    return {"units": units}
