-- Reports with the owner that each has now, as rows of fixed width (no NULL), for a binary COPY that numpy reads as it is.
-- zone: the city's time zone; today: its day; reasons: the words in the order of their codes.
-- open_states: of reports that are over nobody asks how sure the owner is, nor of a place that an address or a person gave.
-- Which reports: each of report_ids, district, ended (states left out), area (code of a grid, or prefix of its community's) is NULL
-- where it does not matter; since and until bound the time of reporting; unassigned: only those without a grid.
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
    CASE WHEN o.reason = 'decided' THEN EXISTS (
        SELECT FROM grid g
        WHERE g.id = o.grid_id
          AND (g.valid @> coalesce(o.as_of, (r.reported_at AT TIME ZONE %(zone)s)::date) OR g.valid @> %(today)s::date)
    ) ELSE FALSE END AS kept
FROM report r
-- An owner is kept in the district of its report; said here, only those are joined.
LEFT JOIN owner o ON o.report_id = r.id AND (%(district)s::text IS NULL OR o.intake_district = %(district)s::text)
WHERE (%(report_ids)s::bigint[] IS NULL OR r.id = ANY(%(report_ids)s::bigint[]))
  AND (%(district)s::text IS NULL OR r.intake_district = %(district)s::text)
  AND (%(since)s::timestamptz IS NULL OR r.reported_at >= %(since)s::timestamptz)
  AND (%(until)s::timestamptz IS NULL OR r.reported_at < %(until)s::timestamptz)
  AND (%(ended)s::text[] IS NULL OR r.status <> ALL(%(ended)s::text[]))
  AND (NOT %(unassigned)s OR o.grid_id IS NULL)
  AND (%(area)s::text IS NULL OR o.grid_id IN (
       SELECT id FROM grid WHERE code = %(area)s::text OR starts_with(community_code, %(area)s::text)))
ORDER BY r.id
