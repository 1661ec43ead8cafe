-- Refs of the building and the compound at a place (lon, lat in EPSG:4326), the smallest first where they overlap, and of the nearest
-- service point within reach_m metres.
WITH place AS (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geom)
SELECT b.ref AS building, c.ref AS compound, s.ref AS service_point
FROM place
LEFT JOIN LATERAL (
    SELECT * FROM building x WHERE ST_Intersects(x.geom, place.geom) ORDER BY ST_Area(x.geom), x.code LIMIT 1
) b ON true
LEFT JOIN LATERAL (
    SELECT * FROM compound x WHERE ST_Intersects(x.geom, place.geom) ORDER BY ST_Area(x.geom), x.code LIMIT 1
) c ON true
LEFT JOIN LATERAL (
    SELECT x.ref
    FROM service_point x
    WHERE :reach_m > 0 AND ST_DWithin(x.geom, place.geom, :reach_m / 60000.0) AND ST_DWithin(x.geom::geography, place.geom::geography, :reach_m)
    ORDER BY x.geom::geography <-> place.geom::geography, x.code
    LIMIT 1
) s ON true
