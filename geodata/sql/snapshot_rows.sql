-- Reports with their owner as rows of fixed width (no NULL), for a binary COPY that numpy reads as it is.
-- categories, sources, states, flags: the words in the order of their codes; zone: the city's time zone;
-- everything: all reports, else those of report_ids.
SELECT
    r.id::bigint AS report_id,
    coalesce(ST_X(r.geom), 'NaN'::float8) AS lon,
    coalesce(ST_Y(r.geom), 'NaN'::float8) AS lat,
    (c.code - 1)::int AS category,
    (s.code - 1)::int AS source,
    (t.code - 1)::int AS status,
    ((r.occurred_at AT TIME ZONE %(zone)s)::date - DATE '1970-01-01')::int AS day,
    coalesce(o.grid_id, -1)::bigint AS grid_id,
    CASE WHEN r.intake_district ~ '^[1-9][0-9]{0,8}$' THEN r.intake_district::int ELSE 0 END AS intake,
    coalesce(array_position(%(flags)s::text[], f.kind), 0)::int AS placing
FROM report r
JOIN unnest(%(categories)s::text[]) WITH ORDINALITY AS c(word, code) ON c.word = r.category
JOIN unnest(%(sources)s::text[]) WITH ORDINALITY AS s(word, code) ON s.word = r.source
JOIN unnest(%(states)s::text[]) WITH ORDINALITY AS t(word, code) ON t.word = r.status
LEFT JOIN owner o ON o.report_id = r.id
LEFT JOIN place_flag f ON f.report_id = r.id
WHERE %(everything)s OR r.id = ANY(%(report_ids)s::bigint[])
