-- The grids in force on a day (at) in one tile (z, x, y), with their label points as a layer of their own: a polygon cut by tiles
-- would be labelled once a tile.
WITH tile AS (
    SELECT
        ST_TileEnvelope(:z, :x, :y) AS bounds,
        ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.02), 4326) AS box,
        40075016.686 / 2 ^ :z AS side
),
chosen AS (
    SELECT g.id, g.code, g.name, g.name_en, g.kind, g.geom, tile.bounds, tile.side, tile.box
    FROM tile
    JOIN grid g ON g.geom && tile.box AND g.valid @> CAST(:at AS date)
),
area_rows AS (
    SELECT
        c.id, CASE WHEN :z >= 11 THEN c.code END AS code, CASE WHEN :z >= 11 THEN c.name END AS name,
        CASE WHEN :z >= 11 THEN c.name_en END AS name_en, c.kind, cut.geom
    FROM chosen c
    CROSS JOIN LATERAL (
        SELECT ST_AsMVTGeom(ST_Simplify(ST_Transform(c.geom, 3857), c.side / 4096, true), c.bounds, 4096, 80) AS geom
    ) cut
    WHERE cut.geom IS NOT NULL
    ORDER BY c.id
),
label_rows AS (
    SELECT c.code, c.name, c.name_en, ST_AsMVTGeom(ST_Transform(point.geom, 3857), c.bounds, 4096, 0) AS geom
    FROM chosen c
    CROSS JOIN LATERAL (SELECT ST_PointOnSurface(c.geom) AS geom) point
    -- Only where a name has room, with a little overhang: some 12 pixels for a Chinese character (3 bytes) and 7 for a Latin one,
    -- of a 512 pixel tile.
    WHERE ST_XMax(c.geom) - ST_XMin(c.geom) > 360.0 / 2 ^ :z / 512 * 0.6 * greatest(octet_length(c.name) * 4, length(c.name) * 7, 30)
        AND point.geom && c.box
    ORDER BY ST_Area(c.geom) DESC, c.id
)
SELECT
    coalesce((SELECT ST_AsMVT(rows, 'grids', 4096, 'geom', 'id') FROM area_rows rows), ''::bytea)
    || coalesce((SELECT ST_AsMVT(rows, 'grid_labels', 4096, 'geom') FROM label_rows rows WHERE rows.geom IS NOT NULL), ''::bytea)
