"""The schema, a file a noun. Migrations are in ``geodata.migrations``; ``docs/data-model.md`` describes it for readers."""

from geodata.tables.accounts import account, account_area, api_token, audit_log, rate_window, saved_filter, web_session
from geodata.tables.address_searches import SEARCH_STATES, address_search
from geodata.tables.base import metadata
from geodata.tables.base_map import landcover, road, service_point
from geodata.tables.buildings import building, stairwell
from geodata.tables.compounds import compound, compound_alias, compound_body, gate
from geodata.tables.coverage import building_grid, finding
from geodata.tables.divisions import division, division_former, division_in_time
from geodata.tables.doubts import doubt
from geodata.tables.editions import division_succession, grid_lineage, publication
from geodata.tables.grids import grid
from geodata.tables.hotline_orders import hotline_order
from geodata.tables.households import household
from geodata.tables.notices import notice
from geodata.tables.operations import fact, job, layer_version
from geodata.tables.people import person, post
from geodata.tables.photos import photo
from geodata.tables.plans import plan, plan_building, plan_comment, plan_edge, plan_event, plan_unit, plan_version
from geodata.tables.positions import (
    PLACE_FLAGS,
    datum_correction,
    datum_correction_report,
    datum_stream,
    pile,
    place_flag,
)
from geodata.tables.reports import IS_OPEN, STATE_PLACE, event, owner, owner_history, report, report_key
from geodata.tables.units import unit, unit_duty

__all__ = [
    "IS_OPEN", "PLACE_FLAGS", "SEARCH_STATES", "STATE_PLACE", "account", "account_area", "address_search", "api_token", "audit_log", "building", "building_grid",
    "compound", "compound_alias", "compound_body", "datum_correction", "datum_correction_report", "datum_stream", "division", "division_former", "division_in_time", "division_succession",
    "doubt", "event", "fact", "finding", "gate", "grid", "grid_lineage", "hotline_order", "household", "job", "landcover", "layer_version", "metadata", "notice", "owner", "owner_history", "person", "photo", "pile", "place_flag",
    "plan", "plan_building", "plan_comment", "plan_edge", "plan_event", "plan_unit", "plan_version", "post", "publication", "rate_window", "report", "report_key", "road", "saved_filter", "service_point", "stairwell", "unit", "unit_duty",
    "web_session",
]  # fmt: skip
