-- Reports of a district as rows of fixed width (no NULL), for a binary COPY that numpy reads as it is; in no order.
-- open_states: of reports that are over nobody asks how sure the owner is, nor of a place that an address or a person gave.
-- Which reports: each of report_ids and ended (states left out) is NULL where it does not matter; since and until bound the time of
-- reporting. Everything that may differ from row to row is done by whoever reads: here a microsecond a row is a second a million.
SELECT
    r.id::bigint AS report_id,
    coalesce(ST_X(r.geom), 'NaN'::float8) AS lon,
    coalesce(ST_Y(r.geom), 'NaN'::float8) AS lat,
    r.reported_at,
    coalesce(
        CASE WHEN r.accuracy_m IS NOT NULL AND r.placed_by = 'received' AND r.status = ANY(%(open_states)s::text[]) THEN r.accuracy_m END,
        'NaN'::float8
    ) AS accuracy_m,
    r.placed_by = 'address' AS by_address
FROM report r
WHERE r.intake_district = %(district)s::text
  AND (%(report_ids)s::bigint[] IS NULL OR r.id = ANY(%(report_ids)s::bigint[]))
  AND (%(since)s::timestamptz IS NULL OR r.reported_at >= %(since)s::timestamptz)
  AND (%(until)s::timestamptz IS NULL OR r.reported_at < %(until)s::timestamptz)
  AND (%(ended)s::text[] IS NULL OR r.status <> ALL(%(ended)s::text[]))
