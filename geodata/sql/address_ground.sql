-- The ground of things by kind and code (arrays kinds, keys; codes of a road's lines joined by |, of two crossing roads by +, which have 30 m around): a point on it, the
-- radius of a circle of its size (area, or length for a road) in metres, and the share of it that lies in the grid of a day (at) that holds the point.
WITH asked AS (
    SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:keys AS text[])) WITH ORDINALITY AS t(kind, key, place)
),
ground AS (
    SELECT
        a.place,
        CASE a.kind
            WHEN 'compound' THEN (SELECT c.geom FROM compound c WHERE c.code = a.key)
            WHEN 'landmark' THEN (SELECT l.geom FROM landcover l WHERE l.code = a.key)
            WHEN 'road' THEN (SELECT ST_Collect(r.geom) FROM road r WHERE r.code = ANY (string_to_array(a.key, '|')))
            WHEN 'road_crossing' THEN (
                SELECT ST_Buffer(ST_ClosestPoint(one.geom, other.geom)::geography, 30)::geometry
                FROM (SELECT ST_Collect(r.geom) AS geom FROM road r WHERE r.code = ANY (string_to_array(split_part(a.key, '+', 1), '|'))) one,
                    (SELECT ST_Collect(r.geom) AS geom FROM road r WHERE r.code = ANY (string_to_array(split_part(a.key, '+', 2), '|'))) other
            )
            -- Official lists have no boundaries: then the grids of the division are its ground.
            ELSE coalesce(
                (SELECT d.geom FROM division d WHERE d.code = a.key),
                (SELECT ST_Union(g.geom) FROM grid g WHERE g.valid @> CAST(:at AS date) AND starts_with(g.community_code, a.key))
            )
        END AS geom
    FROM asked a
),
placed AS (
    SELECT g.place, g.geom, ST_PointOnSurface(g.geom) AS point FROM ground g WHERE g.geom IS NOT NULL
)
SELECT
    p.place, (SELECT c.ref FROM compound c JOIN asked a ON a.kind = 'compound' AND c.code = a.key WHERE a.place = p.place) AS ref, ST_X(p.point) AS lon, ST_Y(p.point) AS lat,
    sqrt(ST_Area(p.geom::geography) / pi()) + ST_Length(p.geom::geography) / 2 AS radius_m,
    CASE ST_Dimension(p.geom)
        WHEN 1 THEN ST_Length(ST_Intersection(p.geom, held.geom)) / ST_Length(p.geom)
        ELSE ST_Area(ST_Intersection(p.geom, held.geom)) / ST_Area(p.geom)
    END AS share
FROM placed p
LEFT JOIN LATERAL (
    SELECT g.geom FROM grid g WHERE g.valid @> CAST(:at AS date) AND ST_Intersects(g.geom, p.point) ORDER BY g.code LIMIT 1
) held ON true
ORDER BY p.place
