"""Work orders of the hotline (12345工单): reports by their number, most with an address and no position.

Who called is nobody's business here: no field takes the caller's name or telephone, and a file's columns of them are not read.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from sqlalchemy import text

from geodata.hotline import DUE_LATEST, NUMBER_MOST, ORDER_SCOPE, is_order_number
from geodata.loaders import reports
from geodata.loaders.columns import column, normalised
from geodata.loaders.reasons import DueBeforeReceived, OrderNumberMalformed
from geodata.loaders.staging import STAGE, Counts
from geodata.loaders.summary import Note
from geodata.loaders.times import read_times
from geodata.loaders.work import Kind, Work, text_series

_CALLERS = ("来电人", "来电人姓名", "诉求人", "诉求人姓名", "市民姓名", "联系人", "姓名", "来电号码", "联系电话", "联系方式", "电话", "手机", "手机号", "caller", "caller_name", "phone", "contact")  # fmt: skip
_LONGEST_HOURS = 24 * 366


def _load(work: Work) -> Counts:
    batch = work.batch
    batch.fields["key"] = numbers = batch.fields.pop("number")
    malformed = [isinstance(number, str) and not is_order_number(number) for number in numbers]
    batch.reject(np.array(malformed, dtype=bool), lambda _: OrderNumberMalformed(field="number", most=NUMBER_MOST))
    batch.fields["source"] = text_series(["hotline"] * len(batch))
    batch.fields["due_at"] = _due(work)
    _tell_callers(work)
    counts = reports.load_reports(work, ORDER_SCOPE, {"source": "text", "due_at": "timestamptz"})
    return _write_orders(work, counts)


def _due(work: Work) -> pd.Series:
    """The order's own due time, or its limit in hours from receipt; none is made up.

    What stands there instead of a time (5个工作日) costs the order its due time, not its place in the queue.
    """
    batch = work.batch
    none = pd.Series(pd.NaT, index=range(len(batch)), dtype="datetime64[us, UTC]")
    due = none
    received = batch.fields.get("reported_at", none).fillna(batch.fields.get("occurred_at", none))
    if batch.has("due_at"):
        due, unreadable = read_times(batch.fields["due_at"], work.zone, believe_labels=work.options.time_zone is None)
        far = np.asarray(due - received > DUE_LATEST, dtype=bool)
        due = due.mask(far)
        if count := int((far | unreadable).sum()):
            zh = f"{count:,} 行的办结时限不是时间，或在十年以后，未记录时限。"
            en = f"In {count:,} rows the due time is no time, or more than ten years off; they are loaded without one."
            batch.notes.append(Note("due_unreadable", zh, en, loud=True))
    if batch.has("limit_hours"):
        hours = batch.fields.pop("limit_hours").astype(float)
        # What is out of bounds is refused already, but stands here still.
        limit = pd.to_timedelta(hours.where(hours.between(0, _LONGEST_HOURS)), unit="h")
        due = due.fillna((received + limit).dt.as_unit("us"))
    batch.reject(np.asarray(due < received, dtype=bool), lambda _: DueBeforeReceived(field="due_at"))
    return due


def _tell_callers(work: Work) -> None:
    """Columns about the caller are named, so that nobody believes them to be kept."""
    known = {normalised(name) for name in _CALLERS}
    used = set(work.batch.columns.values())
    found = [
        str(name) for name in work.batch.source.frame.columns if normalised(str(name)) in known and name not in used
    ]
    if found:
        names = ", ".join(found)
        work.batch.notes.append(
            Note("callers_not_loaded", f"来电人信息不入库：{names}。", f"Nothing about callers is loaded: {names}.")
        )


def _write_orders(work: Work, counts: Counts) -> Counts:
    """Numbers and due times beside the reports; an order of which only the due time differs counts as changed."""
    conn = work.conn
    rows = f"FROM {STAGE} s JOIN load_match m USING (position)"
    conn.execute(
        text(
            f"INSERT INTO hotline_order (report_id, number, due_at) SELECT m.report_id, s.key, s.due_at {rows} WHERE m.is_new"
        )
    )
    told = "" if work.batch.columns.keys() & {"due_at", "limit_hours"} else "AND false"
    changed = conn.execute(
        text(
            f"UPDATE hotline_order h SET due_at = s.due_at {rows} "  # noqa: S608
            f"WHERE h.report_id = m.report_id AND h.due_at IS DISTINCT FROM s.due_at {told} RETURNING m.is_changed"
        )
    )
    more = sum(not row.is_changed for row in changed)
    return replace(counts, changed=counts.changed + more, unchanged=counts.unchanged - more)


KIND = Kind(
    name="hotline",
    fields=(
        column(
            "number",
            "工单编号",
            "工单号",
            "受理编号",
            "受理单号",
            "热线编号",
            "订单编号",
            "编号",
            "order_number",
            "work_order",
            reading="code",
            required=True,
            filled=True,
        ),
        column(
            "reported_at",
            "受理时间",
            "来电时间",
            "登记时间",
            "创建时间",
            "派单时间",
            "received_at",
            "reported",
            "time",
            reading="time",
        ),
        column("occurred_at", "发生时间", "事发时间", "occurred", reading="time"),
        column("text", "诉求内容", "工单内容", "问题描述", "内容", "描述", "description", default=""),
        column(
            "address_text",
            "地址",
            "事发地址",
            "事发地点",
            "诉求地址",
            "问题地址",
            "发生地址",
            "地点",
            "address",
            default="",
        ),
        column("category", "诉求类别", "问题类别", "问题分类", "类别", "诉求类型", "事项", "类型", "type"),
        *(each for each in reports.KIND.fields if each.name in ("lon", "lat", "datum")),
        column("due_at", "办结时限", "截止时间", "办理期限", "要求办结时间", "到期时间", "due"),
        column(
            "limit_hours", "时限（小时）", "办理时限（小时）", "时限小时", reading="number", low=0, high=_LONGEST_HOURS
        ),
    ),
    load=_load,
    shape=None,
)
