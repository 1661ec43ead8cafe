-- Write the owners of the temporary table derived_owner that differ from those in force, and append them to the history.
-- Parameters: cause, account_id. Gives one row for each change.
WITH written AS (
    INSERT INTO owner AS w (report_id, grid_id, reason, distance_to_edge_m, index_version, intake_district)
    SELECT d.report_id, d.grid_id, d.reason, d.distance_to_edge_m, d.index_version, r.intake_district
    FROM derived_owner d
    JOIN report r ON r.id = d.report_id
    LEFT JOIN owner o ON o.report_id = d.report_id
    WHERE o.report_id IS NULL OR (o.grid_id, o.reason) IS DISTINCT FROM (d.grid_id, d.reason)
    ON CONFLICT (report_id) DO UPDATE
        SET grid_id = excluded.grid_id, reason = excluded.reason, distance_to_edge_m = excluded.distance_to_edge_m,
            index_version = excluded.index_version, assigned_at = now()
    RETURNING w.report_id, w.grid_id, w.reason, w.index_version, w.intake_district
)
INSERT INTO owner_history (report_id, grid_id, reason, cause, index_version, account_id, intake_district)
SELECT report_id, grid_id, reason, :cause, index_version, CAST(:account_id AS bigint), intake_district
FROM written
