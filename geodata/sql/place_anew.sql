-- Put reports where the temporary table new_place says, and say in which datum their coordinates were received.
UPDATE report r
SET datum = :datum, geom = ST_SetSRID(ST_MakePoint(p.new_lon, p.new_lat), 4326)
FROM new_place p
WHERE r.id = p.report_id
