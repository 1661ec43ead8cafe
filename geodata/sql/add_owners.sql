-- Owners of the temporary table owner_change for reports that have none (owner_xid 0), with their history; one row for each. One
-- that another transaction added meanwhile stays as it is. Parameters as in renew_owners.sql, and cause, account_id.
WITH added AS (
    INSERT INTO owner AS w (report_id, grid_id, reason, distance_to_edge_m, share, index_version, as_of, intake_district)
    SELECT d.report_id, nullif(d.grid_id, -1), (CAST(:reasons AS text[]))[d.reason + 1], nullif(d.distance_to_edge_m, 'NaN'),
           nullif(d.share, 'NaN'), d.index_version, DATE '1970-01-01' + nullif(d.as_of, :same_day), r.intake_district
    FROM owner_change d
    JOIN report r ON r.id = d.report_id
    WHERE d.owner_xid = '0'
    ON CONFLICT (report_id) DO NOTHING
    RETURNING w.report_id, w.grid_id, w.reason, w.index_version, w.intake_district
)
INSERT INTO owner_history (report_id, grid_id, reason, cause, index_version, account_id, intake_district)
SELECT report_id, grid_id, reason, :cause, index_version, CAST(:account_id AS bigint), intake_district
FROM added
