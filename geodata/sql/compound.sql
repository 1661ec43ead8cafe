-- A compound (ref) with its community, its buildings and households in numbers, and the grids in force on a day (at) that share ground
-- with it, the one with most of it first. Inside areas (codes, NULL: everywhere) only: then grids outside are not named either.
SELECT
    c.id, c.ref, c.code, c.name, c.name_en, c.address, c.property_company,
    d.code AS community_code, d.name AS community_name, d.name_en AS community_name_en,
    g.grids, counted.buildings, counted.households,
    ST_AsGeoJSON(c.geom, 6) AS shape, ST_X(label.point) AS lon, ST_Y(label.point) AS lat,
    ST_XMin(c.geom) AS west, ST_YMin(c.geom) AS south, ST_XMax(c.geom) AS east, ST_YMax(c.geom) AS north
FROM compound c
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(c.geom) AS point) label
CROSS JOIN LATERAL (
    SELECT
        json_agg(json_build_object('code', x.code, 'name', x.name, 'name_en', x.name_en) ORDER BY ST_Area(ST_Intersection(x.geom, c.geom)) DESC, x.code) AS grids,
        (array_agg(x.community_code ORDER BY ST_Area(ST_Intersection(x.geom, c.geom)) DESC, x.code))[1] AS community_code
    FROM grid x
    WHERE x.valid @> CAST(:at AS date) AND x.geom && c.geom AND ST_Relate(x.geom, c.geom, '2********')
        AND in_areas(CAST(:areas AS text[]), x.code, x.community_code)
) g
CROSS JOIN LATERAL (
    SELECT count(*) AS buildings, (SELECT count(*) FROM household h JOIN building own ON own.id = h.building_id WHERE own.compound_id = c.id) AS households
    FROM building b
    WHERE b.compound_id = c.id
) counted
LEFT JOIN LATERAL division_of_day(coalesce(c.community_code, g.community_code), CAST(:at AS date)) d ON true
WHERE c.ref = :ref AND (CAST(:areas AS text[]) IS NULL OR g.grids IS NOT NULL)
