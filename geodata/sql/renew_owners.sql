-- Write the owners of the temporary table owner_change over those that reports have, each found where it lay when it was read. One
-- that another transaction wrote since lies elsewhere and has another changed_xid: it stays as it is.
-- Parameters: reasons (words in the order of their codes), same_day (the day that stands for no change).
UPDATE owner o
SET grid_id = nullif(d.grid_id, -1), reason = (CAST(:reasons AS text[]))[d.reason + 1],
    distance_to_edge_m = nullif(d.distance_to_edge_m, 'NaN'), share = nullif(d.share, 'NaN'), index_version = d.index_version,
    as_of = CASE WHEN d.as_of = :same_day THEN o.as_of ELSE DATE '1970-01-01' + d.as_of END,
    assigned_at = CASE WHEN d.moves THEN now() ELSE o.assigned_at END, changed_xid = pg_current_xact_id()
FROM owner_change d
WHERE o.ctid = d.tid AND o.report_id = d.report_id AND o.changed_xid = d.owner_xid
