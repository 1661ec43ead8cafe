-- Reports of the temporary table owner_change whose owners renew_owners.sql has left as another transaction wrote them.
SELECT d.report_id FROM owner_change d
WHERE d.owner_xid <> '0' AND NOT EXISTS (SELECT FROM owner o WHERE o.report_id = d.report_id AND o.changed_xid = pg_current_xact_id())
