-- Write the owners of the temporary table owner_change over those that reports have, and append those that move to the history; one
-- row for each that moves. An owner that another transaction wrote after it was read has another changed_xid and stays as it is.
-- Parameters: cause, account_id, reasons (words in the order of their codes), same_day (the day that stands for no change).
WITH renewed AS (
    UPDATE owner o
    SET grid_id = nullif(d.grid_id, -1), reason = (CAST(:reasons AS text[]))[d.reason + 1],
        distance_to_edge_m = nullif(d.distance_to_edge_m, 'NaN'), share = nullif(d.share, 'NaN'), index_version = d.index_version,
        as_of = CASE WHEN d.as_of = :same_day THEN o.as_of ELSE DATE '1970-01-01' + d.as_of END,
        assigned_at = CASE WHEN d.moves THEN now() ELSE o.assigned_at END, changed_xid = pg_current_xact_id()
    FROM owner_change d
    WHERE o.report_id = d.report_id AND o.changed_xid = d.owner_xid
    RETURNING o.report_id, o.grid_id, o.reason, o.index_version, o.intake_district, d.moves
)
INSERT INTO owner_history (report_id, grid_id, reason, cause, index_version, account_id, intake_district)
SELECT report_id, grid_id, reason, :cause, index_version, CAST(:account_id AS bigint), intake_district
FROM renewed
WHERE moves
