-- Placed reports whose owner may be another one since the grids changed (temporary table grid_change), at most so many as asked for:
-- from each changed piece of ground to the reports on it, so that the work grows with the ground, not with the city.
-- reach: degrees around the ground; zone: the city's time zone; today: its day; most.
-- last: no report is of a later day (clocks of senders may be ahead); ground that changes hands later concerns none yet.
WITH last AS (
    SELECT greatest(CAST(:today AS date), CAST((SELECT max(reported_at) FROM report) AT TIME ZONE :zone AS date)) AS day
)
SELECT report_id FROM (
    -- Reports of the days on which something else is true, where ground changed hands.
    SELECT r.id AS report_id
    FROM grid_change c
    JOIN report r ON ST_DWithin(c.area, r.geom, :reach)
    JOIN owner o ON o.report_id = r.id
    WHERE (lower_inf(c.days) OR lower(c.days) <= (SELECT day FROM last)) AND c.days @> coalesce(o.as_of, (r.reported_at AT TIME ZONE :zone)::date)
    UNION
    -- All of the grids that were redrawn: how far it is to their edge is another matter now.
    SELECT o.report_id FROM grid_change c JOIN owner o ON o.grid_id = c.id JOIN report r ON r.id = o.report_id WHERE c.redrawn AND r.geom IS NOT NULL
    UNION
    -- Where grids overlap the smaller one owns: a grid that shrank elsewhere may now be the smaller.
    SELECT r.id
    FROM grid_change c
    JOIN grid g ON g.id = c.id
    JOIN report r ON ST_Intersects(g.geom, r.geom)
    JOIN owner o ON o.report_id = r.id
    WHERE c.redrawn AND o.reason = 'overlap'
) AS concerned
LIMIT :most
