-- Boundaries of city, districts, streets and communities of a day (at) in one tile (z, x, y): the lower levels as one comes closer.
WITH tile AS (
    SELECT
        ST_TileEnvelope(:z, :x, :y) AS bounds,
        ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.02), 4326) AS box,
        40075016.686 / 2 ^ :z AS side
),
chosen AS (
    SELECT d.id, d.code, d.level, d.kind, d.name, d.name_en, d.geom, tile.bounds, tile.side, tile.box
    FROM tile
    JOIN division_in_time d ON d.geom && tile.box AND d.valid @> CAST(:at AS date)
        AND (d.level IN ('city', 'district') OR (d.level = 'street' AND :z >= 9) OR (d.level = 'community' AND :z >= 12))
),
area_rows AS (
    SELECT c.code, c.level, c.kind, c.name, c.name_en, cut.geom
    FROM chosen c
    CROSS JOIN LATERAL (
        SELECT ST_AsMVTGeom(ST_Simplify(ST_Transform(c.geom, 3857), c.side / 4096, true), c.bounds, 4096, 80) AS geom
    ) cut
    WHERE cut.geom IS NOT NULL
    ORDER BY length(c.code) DESC, c.id
),
label_rows AS (
    SELECT c.code, c.level, regexp_replace(c.name, '(居民委员会|村民委员会|居委会|村委会)$', '') AS name, c.name_en, ST_AsMVTGeom(ST_Transform(point.geom, 3857), c.bounds, 4096, 0) AS geom
    FROM chosen c
    CROSS JOIN LATERAL (SELECT ST_PointOnSurface(c.geom) AS geom) point
    WHERE ST_XMax(c.geom) - ST_XMin(c.geom) > 360.0 / 2 ^ :z / 512 * 60 AND point.geom && c.box
        -- A community is named only as long as most of its grids have no room for their names, which say where they are.
        AND (c.level <> 'community' OR coalesce((
            SELECT avg(CAST(ST_XMax(g.geom) - ST_XMin(g.geom) > 360.0 / 2 ^ :z / 512 * 0.8 * 48 AS integer))
            FROM grid g
            WHERE g.community_code = c.code AND g.valid @> CAST(:at AS date)
        ), 0) <= 0.5)
    ORDER BY length(c.code), c.id
)
SELECT
    coalesce((SELECT ST_AsMVT(rows, 'divisions', 4096, 'geom') FROM area_rows rows), ''::bytea)
    || coalesce((SELECT ST_AsMVT(rows, 'division_labels', 4096, 'geom') FROM label_rows rows WHERE rows.geom IS NOT NULL), ''::bytea)
