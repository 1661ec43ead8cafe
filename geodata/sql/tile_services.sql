-- Service points, gates and the names of compounds in one tile (z, x, y) as three MVT layers of points: services from zoom 13, gates from
-- 16, compound_labels from 15, in the upper part of the compound: in its middle there is often the name of a grid.
WITH tile AS (
    SELECT
        ST_TileEnvelope(:z, :x, :y) AS bounds,
        ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.05), 4326) AS box
),
service_rows AS (
    SELECT s.kind, s.name, s.name_en, ST_AsMVTGeom(ST_Transform(s.geom, 3857), tile.bounds, 4096, 200) AS geom
    FROM tile
    JOIN service_point s ON :z >= 13 AND s.geom && tile.box
    ORDER BY s.id
),
gate_rows AS (
    SELECT g.kind, g.name, g.name_en, ST_AsMVTGeom(ST_Transform(g.geom, 3857), tile.bounds, 4096, 200) AS geom
    FROM tile
    JOIN gate g ON :z >= 16 AND g.geom && tile.box
    ORDER BY g.id
),
label_rows AS (
    SELECT c.name, c.name_en, ST_AsMVTGeom(ST_Transform(label.point, 3857), tile.bounds, 4096, 0) AS geom
    FROM tile
    JOIN compound c ON :z >= 15 AND c.geom && tile.box
    CROSS JOIN LATERAL (
        SELECT ST_PointOnSurface(
            ST_Intersection(c.geom, ST_MakeEnvelope(ST_XMin(c.geom), ST_YMin(c.geom) * 0.4 + ST_YMax(c.geom) * 0.6, ST_XMax(c.geom), ST_YMax(c.geom), 4326))
        ) AS point
    ) label
    WHERE c.name <> '' AND label.point && tile.box
    ORDER BY ST_Area(c.geom) DESC, c.id
)
SELECT
    coalesce((SELECT ST_AsMVT(rows, 'services', 4096, 'geom') FROM service_rows rows WHERE rows.geom IS NOT NULL), ''::bytea)
    || coalesce((SELECT ST_AsMVT(rows, 'gates', 4096, 'geom') FROM gate_rows rows WHERE rows.geom IS NOT NULL), ''::bytea)
    || coalesce((SELECT ST_AsMVT(rows, 'compound_labels', 4096, 'geom') FROM label_rows rows WHERE rows.geom IS NOT NULL), ''::bytea)
