-- The base map of one tile as five MVT layers: landcover (water, green, rail), compound, building, road.
-- z, x, y: the tile (EPSG:3857, 4096 units a side). What a zoom cannot show is left out; the rest is simplified to an eighth of a
-- pixel of a 512 pixel tile before PostGIS cuts it.
WITH tile AS (
    SELECT
        ST_TileEnvelope(:z, :x, :y) AS bounds,
        ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.02), 4326) AS box,
        40075016.686 / 2 ^ :z AS side
),
landcover_rows AS (
    SELECT l.kind, nullif(l.name, '') AS name, l.name_en, cut.geom
    FROM tile
    JOIN landcover l ON l.geom && tile.box
    CROSS JOIN LATERAL (
        SELECT ST_AsMVTGeom(ST_Simplify(ST_Transform(l.geom, 3857), tile.side / 4096, true), tile.bounds, 4096, 80) AS geom
    ) cut
    WHERE cut.geom IS NOT NULL
        AND CASE ST_Dimension(l.geom)
            -- Areas under 4 x 4 pixels are no help; degrees are good enough to tell.
            WHEN 2 THEN ST_Area(ST_Envelope(l.geom)) > (360.0 / 2 ^ :z / 512 * 4) ^ 2
            ELSE :z >= 9
        END
    ORDER BY ST_Dimension(l.geom) DESC, l.id
),
compound_rows AS (
    SELECT c.name, c.name_en, cut.geom
    FROM tile
    JOIN compound c ON :z >= 13 AND c.geom && tile.box
    CROSS JOIN LATERAL (
        SELECT ST_AsMVTGeom(ST_Simplify(ST_Transform(c.geom, 3857), tile.side / 4096, true), tile.bounds, 4096, 80) AS geom
    ) cut
    WHERE cut.geom IS NOT NULL
    ORDER BY c.id
),
building_rows AS (
    SELECT CASE WHEN :z >= 15 THEN nullif(b.name, '') END AS name, CASE WHEN :z >= 15 THEN b.floors END AS floors, cut.geom
    FROM tile
    JOIN building b ON :z >= 14 AND b.geom && tile.box
    CROSS JOIN LATERAL (
        SELECT ST_AsMVTGeom(ST_Simplify(ST_Transform(b.geom, 3857), tile.side / 8192, true), tile.bounds, 4096, 16) AS geom
    ) cut
    WHERE cut.geom IS NOT NULL
    ORDER BY b.id
),
road_rows AS (
    SELECT r.class, CASE WHEN :z >= 12 THEN nullif(r.name, '') END AS name, CASE WHEN :z >= 12 THEN r.name_en END AS name_en, cut.geom
    FROM tile
    JOIN road r ON r.geom && tile.box AND (
        :z >= 13
        OR r.class IN ('motorway', 'trunk')
        OR (r.class = 'primary' AND :z >= 8)
        OR (r.class = 'secondary' AND :z >= 10)
        -- Sources without classes: rather all of them than an empty map.
        OR (r.class IN ('tertiary', 'unclassified') AND :z >= 11)
    )
    CROSS JOIN LATERAL (
        SELECT ST_AsMVTGeom(ST_Simplify(ST_Transform(r.geom, 3857), tile.side / 4096), tile.bounds, 4096, 80) AS geom
    ) cut
    WHERE cut.geom IS NOT NULL
    ORDER BY array_position(
        ARRAY['path', 'service', 'residential', 'unclassified', 'tertiary', 'secondary', 'primary', 'trunk', 'motorway'], r.class
    ), r.id
)
SELECT
    coalesce((SELECT ST_AsMVT(rows, 'landcover', 4096, 'geom') FROM landcover_rows rows), ''::bytea)
    || coalesce((SELECT ST_AsMVT(rows, 'compound', 4096, 'geom') FROM compound_rows rows), ''::bytea)
    || coalesce((SELECT ST_AsMVT(rows, 'building', 4096, 'geom') FROM building_rows rows), ''::bytea)
    || coalesce((SELECT ST_AsMVT(rows, 'road', 4096, 'geom') FROM road_rows rows), ''::bytea)
