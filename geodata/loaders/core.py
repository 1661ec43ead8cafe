"""The one way in: command, web jobs, demo and tests all load through ``load_source``."""

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import shapely
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DataError, IntegrityError

from geodata.loaders import (
    bodies,
    buildings,
    compounds,
    divisions,
    gates,
    grids,
    hotline,
    households,
    landcover,
    people,
    readers,
    reports,
    roads,
    service_points,
    stairwells,
    units,
)  # fmt: skip
from geodata.loaders.batch import Batch, LoadOptions, start_batch, without_code
from geodata.loaders.errors import ConstraintRefused, FileEmpty, KindUnknown, ZoneUnknown
from geodata.loaders.place import place_shapes
from geodata.loaders.source import Source, source_of_frame
from geodata.loaders.summary import LoadSummary
from geodata.loaders.work import Kind, Progress, Work
from geodata.settings import Settings

KINDS: dict[str, Kind] = {
    module.KIND.name: module.KIND
    for module in (
        divisions, grids, compounds, gates, buildings, stairwells, households, units, people, bodies, roads, landcover, service_points,
        reports, hotline,
    )
}  # fmt: skip


def apply_frame(
    conn: Connection,
    settings: Settings,
    kind: str,
    frame: pd.DataFrame,
    options: LoadOptions | None = None,
    *,
    name: str = "",
    progress: Progress | None = None,
) -> LoadSummary:
    """Load a frame in the caller's transaction; the caller commits, or rolls back for a dry run.

    ``frame`` has the tables' column names, with those above by code (``community_code``, ``compound_code``, ``building_code``,
    ``stairwell_number``), shapes in a GeoDataFrame or a column ``geom``, positions as ``lon`` and ``lat``. ``kind`` as in the command
    (``service-points``; an underscore will do). Rejected rows are in the summary, never raised. Errors: ``BadInput``.
    """
    return load_source(conn, settings, kind, source_of_frame(frame, name), options, progress=progress)


def load_file(
    conn: Connection,
    settings: Settings,
    kind: str,
    path: Path,
    options: LoadOptions | None = None,
    *,
    progress: Progress | None = None,
) -> LoadSummary:
    """Load a file in the caller's transaction. Errors: ``BadInput``."""
    options = options or LoadOptions()
    _kind(kind)
    if progress:
        progress("read")
    source = readers.read_file(path, kind, layer=options.layer, encoding=options.encoding)
    source.drop_blank_rows()
    if len(source) == 0:
        raise FileEmpty(path=path.name)
    return load_source(conn, settings, kind, source, options, progress=progress)


def load_source(
    conn: Connection,
    settings: Settings,
    kind: str,
    source: Source,
    options: LoadOptions | None = None,
    *,
    progress: Progress | None = None,
) -> LoadSummary:
    """Load what was read, up to the constraints, in the caller's transaction. Errors: ``BadInput``."""
    found = _kind(kind)
    options = options or LoadOptions()
    zone = _zone(options, settings)
    tell: Progress = progress or (lambda _stage: None)
    if found.ids:
        found = replace(
            found, fields=tuple(without_code(found.fields, list(source.frame.columns), options.mapping, found.ids))
        )
    tell("check")
    # Two loads of one kind at a time would both take a row for new: the second waits, and finds what the first wrote.
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"gridmap load {found.name}", 0))))
    batch = start_batch(source, found.fields, options, zone, also=found.also)
    if found.prepare is not None:
        found.prepare(batch)
    if found.shape is not None:
        place_shapes(batch, found.shape, options, kind=found.name, required=found.shape_required)
    work = Work(conn, settings, found, batch, options, zone, tell)
    try:
        counts = found.load(work)
        conn.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    except (IntegrityError, DataError) as error:
        raise _refused(error) from error
    rejects = batch.rejects()
    return LoadSummary(
        kind=found.name,
        source=source.name,
        new=counts.new,
        changed=counts.changed,
        unchanged=counts.unchanged,
        rejects=rejects,
        repairs=[each for each in batch.repairs if each.row not in {reject.row for reject in rejects}]
        if rejects
        else batch.repairs,
        notes=batch.notes,
        rejected_rows=_rejected_rows(batch, settings),
    )


def _kind(name: str) -> Kind:
    found = KINDS.get(name.replace("_", "-"))
    if found is None:
        raise KindUnknown(kind=name, allowed=", ".join(KINDS))
    return found


def _zone(options: LoadOptions, settings: Settings) -> ZoneInfo:
    if options.time_zone is None:
        return settings.zone
    try:
        return ZoneInfo(options.time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise ZoneUnknown(zone=options.time_zone) from error


def _refused(error: IntegrityError | DataError) -> ConstraintRefused:
    """The database's word without the row's values, which may be personal."""
    diagnostics = getattr(error.orig, "diag", None)
    constraint = getattr(diagnostics, "constraint_name", None) or "-"
    reason = getattr(diagnostics, "message_primary", None) or type(error.orig).__name__
    return ConstraintRefused(constraint=constraint, reason=reason)


def _rejected_rows(batch: Batch, settings: Settings) -> pd.DataFrame | None:
    """The rejected rows with all their cells as they were read, shapes as WKT, and why."""
    positions = sorted(batch.reasons)
    if not positions:
        return None
    head = pd.DataFrame(
        {
            "row": [batch.row(position) for position in positions],
            "reason": [batch.reasons[position].code for position in positions],
            "message": [batch.reasons[position].text(settings.language) for position in positions],
        }
    )
    kept = [name for name in batch.source.frame.columns if not str(name).endswith(" (--set)")]
    cells = batch.source.frame[kept].iloc[positions].reset_index(drop=True)
    frame = pd.concat([head, cells], axis=1)
    if batch.source.geometry is not None:
        frame["geometry"] = [
            None if each is None else shapely.to_wkt(each, rounding_precision=-1)
            for each in batch.source.geometry[positions]
        ]
    return frame
