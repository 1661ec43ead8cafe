"""Streams of positions: one source, one device, one stated datum. What the last judgement says of each."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row, delete, func, select

from geodata.days import numbered_day
from geodata.indexes.city import grid_index
from geodata.positions.footprints import footprints
from geodata.positions.stream_reports import Stream
from geodata.settings import Settings
from geodata.tables import datum_stream
from gridmap.datum import DatumGuess, judge_stream
from gridmap.errors import GridmapError

#: Streams of fewer reports are not judged: nothing could be said.
LEAST_REPORTS = 20


class UnknownStream(GridmapError):
    """No stream starts so; the judgement may have been renewed."""

    code = "unknown_stream"
    zh = "没有找到该坐标来源，判断结果可能已更新，请返回列表。"
    en = "There is no such stream; the judgement may have been renewed. Go back to the list."


def renew_streams(
    conn: Connection, settings: Settings, positions: pd.DataFrame, progress: Callable[[float], None]
) -> int:
    """Judge every stream among the grids in force today and the buildings, and replace what was said before; gives how many look wrong.

    ``positions`` as from ``received_positions``. In the caller's transaction.
    """
    rows = list(_judged(conn, settings, positions, progress))
    conn.execute(delete(datum_stream))
    if rows:
        conn.execute(datum_stream.insert(), rows)
    return sum(row["suspect"] for row in rows)


def _judged(
    conn: Connection, settings: Settings, positions: pd.DataFrame, progress: Callable[[float], None]
) -> Iterator[dict[str, Any]]:
    grids, buildings = grid_index(conn, settings).index, footprints(conn)
    done = 0
    for key, part in positions.groupby(["source", "device", "datum"], observed=True):
        source, device, stated = (str(part) for part in key)
        done += len(part)
        if len(part) >= LEAST_REPORTS and len(grids):
            lon, lat, day = (part[name].to_numpy() for name in ("lon", "lat", "day"))
            for run in judge_stream(lon, lat, day, stated=stated, grids=grids, buildings=buildings):
                yield {
                    "source": source,
                    "device": device,
                    "stated": stated,
                    "from_day": numbered_day(run.first_day),
                    "to_day": numbered_day(run.last_day),
                    "reports": run.reports,
                    **_said(run.guess),
                }
        progress(done / len(positions))


def _said(guess: DatumGuess) -> dict[str, Any]:
    return {
        "places": guess.places,
        "shares": {name: [share.grids, share.buildings] for name, share in guess.shares.items()},
        "likely": guess.datum,
        "confidence": float(np.clip(guess.confidence, 0, 1)),
        "suspect": guess.contradicts,
    }


def list_streams(conn: Connection) -> list[Row[Any]]:
    """All runs of the last judgement: those that look wrong first, then by number of reports."""
    order = (datum_stream.c.suspect.desc(), datum_stream.c.reports.desc(), datum_stream.c.id)
    return list(conn.execute(select(datum_stream).order_by(*order)))


def stream_by_key(conn: Connection, source: str, device: str, stated: str, from_day: date | None) -> Row[Any]:
    """The run that starts on a day. Errors: ``UnknownStream``."""
    key = {"source": source, "device": device, "stated": stated, "from_day": from_day}
    found = conn.execute(select(datum_stream).filter_by(**key)).one_or_none()
    if found is None:
        raise UnknownStream(field="stream")
    return found


def is_last_run(conn: Connection, stream: Stream) -> bool:
    """Whether its stream has gone on so until now: no later run says something else."""
    later = select(datum_stream.c.id).filter_by(source=stream.source, device=stream.device, stated=stream.datum)
    return conn.execute(later.where(datum_stream.c.from_day > stream.from_day).limit(1)).first() is None


def is_surely(conn: Connection, stream: Stream, datum: str) -> bool:
    """Whether the last judgement contradicts what the stream states, and says that it is this datum."""
    key = {"source": stream.source, "device": stream.device, "stated": stream.datum, "from_day": stream.from_day}
    found = select(datum_stream.c.id).filter_by(**key, likely=datum, suspect=True)
    return conn.execute(found).first() is not None


def suspects(conn: Connection) -> int:
    """How many runs look wrong."""
    return conn.scalar(select(func.count()).select_from(datum_stream).where(datum_stream.c.suspect)) or 0
