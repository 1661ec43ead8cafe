"""The schema, a file a noun. Migrations are in ``geodata.migrations``; ``docs/data-model.md`` describes it for readers."""

from geodata.tables.accounts import account, api_token, audit_log, rate_window, web_session
from geodata.tables.base import metadata
from geodata.tables.base_map import landcover, road, service_point
from geodata.tables.buildings import building, stairwell
from geodata.tables.compounds import compound
from geodata.tables.divisions import division
from geodata.tables.grids import grid, plan
from geodata.tables.households import household
from geodata.tables.operations import fact, job, layer_version
from geodata.tables.reports import event, owner, owner_history, report, report_key

__all__ = [
    "account", "api_token", "audit_log", "building", "compound", "division", "event", "fact", "grid", "household", "job", "landcover",
    "layer_version", "metadata", "owner", "owner_history", "plan", "rate_window", "report", "report_key", "road", "service_point",
    "stairwell", "web_session",
]  # fmt: skip
