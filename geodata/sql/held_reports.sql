-- Reports as rows of fixed width (no NULL), for a binary COPY that numpy reads as it is; in no order.
-- open_states: of reports that are over nobody asks how sure the owner is, nor of a place that an address or a person gave.
-- districts: codes; a report has the place of its own, from 1, and 0 where it is none of them.
-- Which reports: each of district, report_ids and ended (states left out) is NULL where it does not matter; first and until bound the
-- key. Everything that may differ from row to row is done by whoever reads: here a microsecond a row is a second a million.
SELECT
    r.id::bigint AS report_id,
    coalesce(ST_X(r.geom), 'NaN'::float8) AS lon,
    coalesce(ST_Y(r.geom), 'NaN'::float8) AS lat,
    r.reported_at,
    coalesce(array_position(%(districts)s::text[], r.intake_district), 0)::smallint AS district,
    coalesce(
        CASE WHEN r.accuracy_m IS NOT NULL AND r.placed_by = 'received' AND r.status = ANY(%(open_states)s::text[]) THEN r.accuracy_m END,
        'NaN'::float8
    ) AS accuracy_m,
    r.placed_by = 'address' AS by_address
FROM report r
WHERE (%(district)s::text IS NULL OR r.intake_district = %(district)s::text)
  AND (%(report_ids)s::bigint[] IS NULL OR r.id = ANY(%(report_ids)s::bigint[]))
  AND (%(first)s::bigint IS NULL OR r.id >= %(first)s::bigint)
  AND (%(until)s::bigint IS NULL OR r.id < %(until)s::bigint)
  AND (%(ended)s::text[] IS NULL OR r.status <> ALL(%(ended)s::text[]))
