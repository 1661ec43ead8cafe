-- The building and the compound at a place (lon, lat in EPSG:4326), the smallest first where they overlap.
WITH place AS (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geom)
SELECT
    b.code AS building_code, b.name AS building_name, b.name_en AS building_name_en, b.floors, b.use,
    c.code AS compound_code, c.name AS compound_name, c.name_en AS compound_name_en, c.property_company
FROM place
LEFT JOIN LATERAL (
    SELECT * FROM building x WHERE ST_Intersects(x.geom, place.geom) ORDER BY ST_Area(x.geom), x.code LIMIT 1
) b ON true
LEFT JOIN LATERAL (
    SELECT * FROM compound x WHERE ST_Intersects(x.geom, place.geom) ORDER BY ST_Area(x.geom), x.code LIMIT 1
) c ON true
