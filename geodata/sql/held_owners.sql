-- Owners as rows of fixed width (no NULL), for a binary COPY that numpy reads as it is; in no order.
-- tid: where the row lies, by which it is found again when it is written. reason: its place in gridmap.assignment.REASONS.
-- no_day: stands for no as_of. Which owners: each of report_ids, first and last (keys of reports), district and area (code of a grid,
-- or prefix of its community's) is NULL where it does not matter.
SELECT
    o.report_id::bigint AS report_id,
    o.ctid AS tid,
    o.changed_xid AS owner_xid,
    coalesce(o.grid_id, -1)::bigint AS grid_id,
    CASE o.reason
        WHEN 'inside' THEN 0 WHEN 'none' THEN 5 WHEN 'edge' THEN 1 WHEN 'edge_tie' THEN 2 WHEN 'overlap' THEN 3 WHEN 'gap' THEN 4
        WHEN 'address' THEN 6 WHEN 'decided' THEN 7
    END::smallint AS reason,
    coalesce(o.distance_to_edge_m, 'NaN'::float8) AS distance_to_edge_m,
    coalesce(o.share, 'NaN'::float8) AS share,
    coalesce(o.as_of - DATE '1970-01-01', %(no_day)s)::int AS as_of
FROM owner o
WHERE (%(report_ids)s::bigint[] IS NULL OR o.report_id = ANY(%(report_ids)s::bigint[]))
  AND (%(first)s::bigint IS NULL OR o.report_id BETWEEN %(first)s::bigint AND %(last)s::bigint)
  AND (%(district)s::text IS NULL OR o.intake_district = %(district)s::text)
  AND (%(area)s::text IS NULL OR o.grid_id IN (
       SELECT id FROM grid WHERE code = %(area)s::text OR starts_with(community_code, %(area)s::text)))
