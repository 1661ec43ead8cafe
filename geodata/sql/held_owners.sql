-- Reports of one batch with the owner that each has now, as rows of fixed width (no NULL), for a binary COPY that numpy reads as it is.
-- zone: the city's time zone; today: its day; reasons: the words in the order of their codes; report_ids: which.
-- open_states: of reports that are over nobody asks how sure the owner is, nor of a place that an address or a person gave.
-- day: whose grids decide; kept: a person decided, and the grid was in force on that day or is so today.
SELECT
    r.id::bigint AS report_id,
    coalesce(ST_X(r.geom), 'NaN'::float8) AS lon,
    coalesce(ST_Y(r.geom), 'NaN'::float8) AS lat,
    (coalesce(o.as_of, (r.reported_at AT TIME ZONE %(zone)s)::date) - DATE '1970-01-01')::int AS day,
    coalesce(CASE WHEN r.placed_by = 'received' AND r.status = ANY(%(open_states)s::text[]) THEN r.accuracy_m END, 'NaN'::float8) AS accuracy_m,
    r.placed_by = 'address' AS by_address,
    coalesce(o.changed_xid, '0'::xid8) AS owner_xid,
    coalesce(o.grid_id, -1)::bigint AS grid_id,
    coalesce(array_position(%(reasons)s::text[], o.reason) - 1, -1)::smallint AS reason,
    coalesce(o.distance_to_edge_m, 'NaN'::float8) AS distance_to_edge_m,
    coalesce(o.share, 'NaN'::float8) AS share,
    coalesce(g.valid @> coalesce(o.as_of, (r.reported_at AT TIME ZONE %(zone)s)::date) OR g.valid @> %(today)s::date, FALSE) AS kept
FROM report r
LEFT JOIN owner o ON o.report_id = r.id
LEFT JOIN grid g ON g.id = o.grid_id AND o.reason = 'decided'
WHERE r.id = ANY(%(report_ids)s::bigint[])
ORDER BY r.id
