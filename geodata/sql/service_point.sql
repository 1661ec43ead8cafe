-- A service point (ref) with the grid in force on a day (at) that holds it and that grid's community. Inside areas (codes, NULL:
-- everywhere) only.
SELECT
    s.ref, s.code, s.name, s.name_en, s.kind, s.opening_hours, s.address, s.phone, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat,
    g.code AS grid_code, g.name AS grid_name, g.name_en AS grid_name_en,
    d.code AS community_code, d.name AS community_name, d.name_en AS community_name_en
FROM service_point s
LEFT JOIN LATERAL (
    SELECT x.code, x.name, x.name_en, x.community_code
    FROM grid x
    WHERE x.valid @> CAST(:at AS date) AND ST_Intersects(x.geom, s.geom)
        AND in_areas(CAST(:areas AS text[]), x.code, x.community_code)
    ORDER BY x.code
    LIMIT 1
) g ON true
LEFT JOIN LATERAL division_of_day(g.community_code, CAST(:at AS date)) d ON true
WHERE s.ref = :ref AND (CAST(:areas AS text[]) IS NULL OR g.code IS NOT NULL)
