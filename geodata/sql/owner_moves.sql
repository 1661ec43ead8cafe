-- The largest moves between grids that writing derived_owner would make: code from, code to (blank: none), reports.
SELECT coalesce(a.code, '') AS from_code, coalesce(b.code, '') AS to_code, count(*) AS reports
FROM derived_owner d
LEFT JOIN owner o ON o.report_id = d.report_id
LEFT JOIN grid a ON a.id = o.grid_id
LEFT JOIN grid b ON b.id = d.grid_id
WHERE a.code IS DISTINCT FROM b.code
GROUP BY 1, 2
ORDER BY 3 DESC, 1, 2
LIMIT 20
