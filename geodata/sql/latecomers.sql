-- Placed reports that changed since a moment (a pg_snapshot; what a transaction changed that it could not see, however long that one ran)
-- and whose owner may be behind the grids: it was derived among grids of an earlier version, or the work is open and the day that
-- decides lies before the last publication that was applied.
-- Parameters: seen, version (of the grids), last_day (NULL where nothing was published), zone, open_states.
WITH changed AS (
    SELECT id FROM report
    WHERE changed_xid >= pg_snapshot_xmin(CAST(:seen AS pg_snapshot)) AND NOT pg_visible_in_snapshot(changed_xid, CAST(:seen AS pg_snapshot))
    UNION
    SELECT report_id FROM owner
    WHERE changed_xid >= pg_snapshot_xmin(CAST(:seen AS pg_snapshot)) AND NOT pg_visible_in_snapshot(changed_xid, CAST(:seen AS pg_snapshot))
), asked AS (
    SELECT
        r.id AS report_id, o.reason,
        o.index_version < :version AS older,
        r.status = ANY (:open_states) AND coalesce(o.as_of, CAST(r.reported_at AT TIME ZONE :zone AS date)) < CAST(:last_day AS date) AS earlier
    FROM changed c
    JOIN report r ON r.id = c.id
    JOIN owner o ON o.report_id = r.id
    WHERE r.geom IS NOT NULL
)
SELECT report_id, older AND reason <> 'decided' AS older, coalesce(earlier, false) AS earlier
FROM asked
WHERE older AND reason <> 'decided' OR earlier
ORDER BY report_id
