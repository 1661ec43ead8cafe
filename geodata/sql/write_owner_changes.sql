-- Write the owners of the temporary table owner_change, and append those that move to the history; one row for each that moves.
-- An owner that another transaction wrote after it was read has another changed_xid and stays; so does one that was added meanwhile.
-- Parameters: cause, account_id, reasons (words in the order of their codes), same_day (the day that stands for no change).
WITH renewed AS (
    UPDATE owner o
    SET grid_id = nullif(d.grid_id, -1), reason = (CAST(:reasons AS text[]))[d.reason + 1],
        distance_to_edge_m = nullif(d.distance_to_edge_m, 'NaN'), share = nullif(d.share, 'NaN'), index_version = d.index_version,
        as_of = CASE WHEN d.as_of = :same_day THEN o.as_of ELSE DATE '1970-01-01' + d.as_of END,
        assigned_at = CASE WHEN d.moves THEN now() ELSE o.assigned_at END
    FROM owner_change d
    WHERE o.report_id = d.report_id AND o.changed_xid = d.owner_xid
    RETURNING o.report_id, o.grid_id, o.reason, o.index_version, o.intake_district, d.moves
), added AS (
    INSERT INTO owner AS w (report_id, grid_id, reason, distance_to_edge_m, share, index_version, as_of, intake_district)
    SELECT d.report_id, nullif(d.grid_id, -1), (CAST(:reasons AS text[]))[d.reason + 1], nullif(d.distance_to_edge_m, 'NaN'),
           nullif(d.share, 'NaN'), d.index_version, DATE '1970-01-01' + nullif(d.as_of, :same_day), r.intake_district
    FROM owner_change d
    JOIN report r ON r.id = d.report_id
    WHERE d.owner_xid = '0'
    ON CONFLICT (report_id) DO NOTHING
    RETURNING w.report_id, w.grid_id, w.reason, w.index_version, w.intake_district, TRUE AS moves
)
INSERT INTO owner_history (report_id, grid_id, reason, cause, index_version, account_id, intake_district)
SELECT report_id, grid_id, reason, :cause, index_version, CAST(:account_id AS bigint), intake_district
FROM (SELECT * FROM renewed UNION ALL SELECT * FROM added) written
WHERE moves
