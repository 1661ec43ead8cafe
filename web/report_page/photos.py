"""The photos of a form: sent ahead while the rest is filled in, looked at, or sent with the form itself where no script runs."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import g, render_template, request
from werkzeug.datastructures import FileStorage

from geodata.actions.keeping_photos import JudgedPhoto, judge
from geodata.photos import TooManyPhotos, photos_of_sender
from gridmap.datum import to_wgs84
from gridmap.errors import GridmapError
from gridmap.photo import Pin
from web import db
from web.access import public
from web.filing import check_may_file
from web.i18n import language
from web.photos import chosen_files, keep_sent
from web.report_page.blueprint import blueprint
from web.report_page.form import ReportForm
from web.security import takes_photos


@blueprint.post("/photos")
@public
@takes_photos
def photos() -> str:
    """Keep the photos that are sent, and show all of the form with what EXIF says against the place chosen so far. A fragment of the form."""
    check_may_file()
    form, wrong = with_sent_files(ReportForm.parse(request.form))
    troubles = [error.text(language()) for error in wrong]
    return render_template("report_page/photos.html", photos=looked_at(form), troubles=troubles, by_script=True)


def with_sent_files(form: ReportForm) -> tuple[ReportForm, list[GridmapError]]:
    """The form with the photos of the request, and what is wrong with those that could not be kept."""
    wrong: list[GridmapError] = []
    most = db.settings().photos_most
    files = chosen_files(request.files.getlist("photos"))
    if len(files) > most:  # each takes a while to be read, also the same one over and over
        wrong.append(TooManyPhotos(field="photos", limit=most))
    for sent in files[:most]:
        try:
            form = _with_sent(form, sent)
        except GridmapError as error:
            wrong.append(error)
    return form, wrong


def placed_by_photo(form: ReportForm) -> ReportForm:
    """The form at the place of the photo that was ticked for it, when no other place was given."""
    if not form.place_of or form.lon or form.lat:
        return form
    for each in looked_at(form):
        if str(each.row.ref) == form.place_of and each.facts.lon is not None and each.facts.lat is not None:
            accuracy = "" if each.facts.accuracy_m is None else f"{each.facts.accuracy_m:.0f}"
            return replace(
                form, lon=f"{each.facts.lon:.6f}", lat=f"{each.facts.lat:.6f}", datum="wgs84", accuracy_m=accuracy
            )
    return form


def looked_at(form: ReportForm) -> list[JudgedPhoto]:
    """The form's photos that still wait for their report, judged by what stands in the form; what is wrong there counts as left out."""
    conn, settings = db.connection(), db.settings()
    account_id = g.account.id if g.account else None
    rows = []
    for ref in list(dict.fromkeys(form.photos))[: settings.photos_most]:
        try:
            rows += photos_of_sender(conn, [ref], account_id=account_id, form_key=UUID(form.key))
        except GridmapError:  # swept, or never there
            continue
    waiting = [row for row in rows if row.report_id is None]
    return judge(conn, settings, waiting, _pin(form), datetime.now(UTC), _occurred_at(form, settings.zone))


def _pin(form: ReportForm) -> Pin | None:
    try:
        draft = replace(form, occurred_at="", category="-").draft(db.settings().zone)
        draft.check(datetime.now(UTC))
    except GridmapError:
        return None
    if draft.lon is None or draft.lat is None:
        return None
    return Pin(*to_wgs84(draft.lon, draft.lat, draft.datum), draft.accuracy_m)


def _occurred_at(form: ReportForm, zone: ZoneInfo) -> datetime | None:
    try:
        return replace(form, lon="", lat="", accuracy_m="").draft(zone).occurred_at
    except GridmapError:
        return None


def _with_sent(form: ReportForm, sent: FileStorage) -> ReportForm:
    if len(form.photos) >= db.settings().photos_most:
        raise TooManyPhotos(field="photos", limit=db.settings().photos_most)
    kept = str(keep_sent(sent, UUID(form.key)).ref)
    return form if kept in form.photos else replace(form, photos=(*form.photos, kept))
