-- Reports that a transaction changed which the snapshot could not see: still running when it was made, or started later.
-- Rows of transactions before the horizon are all in the snapshot; from there on each is asked for. Both halves read an index.
SELECT id FROM report
WHERE changed_xid >= pg_snapshot_xmin(%(seen)s::pg_snapshot) AND NOT pg_visible_in_snapshot(changed_xid, %(seen)s::pg_snapshot)
UNION
SELECT report_id FROM owner
WHERE changed_xid >= pg_snapshot_xmin(%(seen)s::pg_snapshot) AND NOT pg_visible_in_snapshot(changed_xid, %(seen)s::pg_snapshot)
