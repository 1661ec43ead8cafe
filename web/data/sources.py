"""Sources of coordinates: what each stream's positions say of its datum, and the correction of one that is wrong."""

from datetime import timedelta
from typing import Any

import numpy as np
from flask import Response, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.days import today
from geodata.jobs import latest_job
from geodata.jobs.positions import KIND, ask_for_correction, ask_for_positions
from geodata.jobs.queue import job_by_unique_key
from geodata.positions.corrections import OPEN_END, ask_correction, list_corrections, standing_by_device
from geodata.positions.piles import flag_counts, list_piles
from geodata.positions.preview import preview_correction
from geodata.positions.stream_reports import Stream, reports_lately, stream_places
from geodata.positions.streams import is_last_run, is_surely, list_streams, stream_by_key
from geodata.report_filter import parse_day
from gridmap.access import Permission
from gridmap.datum import DATUMS, HYPOTHESES, STATED, as_hypothesis
from gridmap.errors import GridmapError
from gridmap.report import OWN_PAGES
from web import db
from web.access import requires
from web.acting import actor
from web.data.blueprint import blueprint, check_whole_city
from web.errors import status_of
from web.forms import argument, field, troubles
from web.map_assets import grid_layer, page_map
from web.maps import Legend, LegendRow, MapParts, render
from web.maps.shifts import AFTER, BEFORE, ShiftLayer
from web.scope import scope
from web.security import csp_nonce
from web.static_files import static_url
from web.words import DATUM

#: What a correction that stands would concern is told by so many weeks.
LATELY_WEEKS = 4
#: Points drawn of a stream.
MOST_POINTS = 400
#: Hypotheses in short, for columns and bars.
SHORT = {
    "wgs84": "WGS84",
    "gcj02": "GCJ-02",
    "bd09": "BD-09",
    "gcj02_twice": _l("GCJ-02 twice"),
    "bd09_twice": _l("BD-09 twice"),
    "cgcs2000": "CGCS2000",
}


@blueprint.get("/sources")
@requires(Permission.MANAGE_DATA)
def sources() -> str:
    """All streams with what they look like, corrections, and how many coordinates are piles or rounded."""
    check_whole_city()
    conn = db.connection()
    streams = list_streams(conn)
    piles = list_piles(conn)
    return render_template(
        "data/sources.html",
        streams=streams,
        suspects=sum(row.suspect for row in streams),
        corrections=list_corrections(conn),
        standing=standing_by_device(conn),
        piles=sum(row.real_at is None for row in piles),
        flags=flag_counts(conn),
        job=_judging(),
        **_words(),
    )


@blueprint.post("/sources/judge")
@requires(Permission.MANAGE_DATA)
def sources_judge() -> AnyResponse:
    """Have all positions judged anew: a job."""
    check_whole_city()
    with db.transaction() as conn:
        ask_for_positions(conn)
        ref = job_by_unique_key(conn, KIND).ref
    return redirect(url_for("data.job", ref=ref))


@blueprint.get("/sources/stream")
@requires(Permission.MANAGE_DATA)
def sources_one() -> AnyResponse:
    """One stream: its shares, its points as stated and as they would lie in ``datum``, and what correcting it would do."""
    check_whole_city()
    return make_response(_one(_asked_stream()))


@blueprint.post("/sources/stream")
@requires(Permission.MANAGE_DATA)
def sources_correct() -> AnyResponse:
    """Correct the stream, with ``later`` also what its device reports from now on: a job in batches."""
    check_whole_city()
    row = _asked_stream()
    try:
        with db.transaction() as conn:
            by, datum, later = actor(), field("datum"), field("later") == "1"
            ref = ask_correction(conn, Stream.of(row), datum, g.account.id, later=later)
            by.note(
                conn, "datum_corrected", row.source, device=row.device, stated=row.stated, corrected=datum,
                from_day=row.from_day.isoformat(), to_day=row.to_day.isoformat(), correction=str(ref), later=later,
            )  # fmt: skip
            made = ask_for_correction(conn, ref, g.account.id)
    except GridmapError as error:
        return make_response(_one(row, error), status_of(error))
    return redirect(url_for("data.job", ref=made))


@blueprint.get("/sources/stream/shifts.json")
@requires(Permission.MANAGE_DATA)
def sources_shifts() -> Response:
    """Pairs of places of some of the stream's reports: as stated and in ``datum``, as [lat, lon, lat, lon]."""
    check_whole_city()
    row = _asked_stream()
    places = stream_places(db.connection(), db.settings(), Stream.of(row), _asked_datum(row))
    chosen = places.iloc[:: max(1, -(-len(places) // MOST_POINTS))]
    pairs = np.round(chosen[["lat", "lon", "new_lat", "new_lon"]].to_numpy(), 7)
    return jsonify({"pairs": pairs.tolist()})


def _one(row: Row[Any], error: GridmapError | None = None) -> str:
    datum = _asked_datum(row)
    preview, trouble = None, error
    try:
        preview = preview_correction(db.connection(), db.settings(), Stream.of(row), datum)
    except GridmapError as found:
        trouble = trouble or found
    return render_template(
        "data/source.html",
        row=row,
        datum=datum,
        choices=[(code, DATUM[code]) for code in HYPOTHESES if code != as_hypothesis(row.stated)],
        preview=preview,
        parts=_map(row, datum) if preview else None,
        errors=troubles(trouble),
        **_later(row, datum),
        query=stream_query(row),
        **_words(),
    )


def _later(row: Row[Any], datum: str) -> dict[str, Any]:
    """Whether the correction may stand, and what it would concern judging by the last weeks."""
    conn, stream = db.connection(), Stream.of(row)
    last, told = is_last_run(conn, stream), bool(row.device) or is_surely(conn, stream, datum)
    days = timedelta(weeks=LATELY_WEEKS).days
    lately = reports_lately(conn, db.settings(), stream, today(db.settings().zone), days) if last and told else 0
    return {"last_run": last, "may_stand": last and told, "lately": lately, "lately_weeks": LATELY_WEEKS}


def stream_query(row: Row[Any]) -> dict[str, Any]:
    """What names a stream in addresses: the judgement is renewed every night, its rows with it."""
    return {"source": row.source, "device": row.device, "stated": row.stated, "from": row.from_day.isoformat()}


def _asked_stream() -> Row[Any]:
    asked = {name: request.args.get(name, "") for name in ("source", "device", "stated")}
    return stream_by_key(db.connection(), **asked, from_day=parse_day(argument("from"), "from"))


def _asked_datum(row: Row[Any]) -> str:
    """The datum of the address or form, else the likely one, else the first that is not stated."""
    asked = request.values.get("datum", "")
    others = [code for code in HYPOTHESES if code != as_hypothesis(row.stated)]
    return asked if asked in DATUMS else row.likely if row.likely in others else others[0]


def _map(row: Row[Any], datum: str) -> MapParts:
    settings = db.settings()
    made, _has_grids = page_map(
        db.connection(), scope(), settings, today(settings.zone), _("Positions as stated and corrected")
    )
    made.add_js_link("shifts", static_url("maps/shifts.js"))
    grid_layer().add_to(made)
    ShiftLayer(url_for("data.sources_shifts", **stream_query(row), datum=datum)).add_to(made)
    rows = [LegendRow(BEFORE, _("stated place")), LegendRow(AFTER, _("corrected place"))]
    note = _("at most %(count)s reports", count=MOST_POINTS) if row.reports > MOST_POINTS else ""
    made.add_child(Legend(_("Positions"), rows, note=note))
    return render(made, csp_nonce())


def _judging() -> Row[Any] | None:
    """The job that judges positions, while it waits or runs."""
    job = latest_job(db.connection(), KIND)
    return job if job is not None and job.state in ("waiting", "running") else None


def _words() -> dict[str, Any]:
    return {
        "hypotheses": HYPOTHESES,
        "short": SHORT,
        "stated_ones": STATED,
        "own_pages": OWN_PAGES,
        "as_hypothesis": as_hypothesis,
        "stream_query": stream_query,
        "open_end": OPEN_END,
    }
