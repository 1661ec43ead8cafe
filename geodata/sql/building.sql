-- A building (ref) with its compound, and the grid in force on a day (at) that holds its label point, with that grid's community.
-- Inside areas (codes, NULL: everywhere) only.
SELECT
    b.id, b.ref, b.code, b.name, b.name_en, b.address, b.use, b.floors, b.compound_id,
    c.ref AS compound_ref, c.code AS compound_code, c.name AS compound_name, c.name_en AS compound_name_en,
    g.code AS grid_code, g.name AS grid_name, g.name_en AS grid_name_en,
    d.code AS community_code, d.name AS community_name, d.name_en AS community_name_en,
    ST_AsGeoJSON(b.geom, 6) AS shape, ST_X(label.point) AS lon, ST_Y(label.point) AS lat,
    ST_XMin(b.geom) AS west, ST_YMin(b.geom) AS south, ST_XMax(b.geom) AS east, ST_YMax(b.geom) AS north
FROM building b
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(b.geom) AS point) label
LEFT JOIN compound c ON c.id = b.compound_id
LEFT JOIN LATERAL (
    SELECT x.code, x.name, x.name_en, x.community_code
    FROM grid x
    WHERE x.valid @> CAST(:at AS date) AND ST_Intersects(x.geom, label.point)
        AND in_areas(CAST(:areas AS text[]), x.code, x.community_code)
    ORDER BY x.code
    LIMIT 1
) g ON true
LEFT JOIN LATERAL division_of_day(coalesce(g.community_code, c.community_code), CAST(:at AS date)) d ON true
WHERE b.ref = :ref AND (CAST(:areas AS text[]) IS NULL OR g.code IS NOT NULL)
