-- Reports of a load, new or moved, whose coordinate as received is that of a known pile. CGCS2000 counts as WGS84.
INSERT INTO place_flag (report_id, kind, pile_id)
SELECT m.report_id, 'pile', p.id
FROM load_stage s
JOIN load_match m USING (position)
JOIN pile p ON p.datum = CASE s.datum WHEN 'cgcs2000' THEN 'wgs84' ELSE s.datum END
    AND p.raw_lon = round(s.raw_lon::numeric, 6)::float8 AND p.raw_lat = round(s.raw_lat::numeric, 6)::float8 AND p.real_at IS NULL
WHERE m.is_new OR m.is_moved
ON CONFLICT (report_id) DO NOTHING
