-- Reports that another transaction has changed since a snapshot (as text), by the index on the transaction. Parameter: seen.
SELECT id FROM report
WHERE changed_xid >= pg_snapshot_xmin(CAST(:seen AS pg_snapshot))
  AND NOT pg_visible_in_snapshot(changed_xid, CAST(:seen AS pg_snapshot))
  AND changed_xid <> pg_current_xact_id()
