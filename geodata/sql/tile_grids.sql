-- The grids in force on a day (at) inside areas (codes, NULL: everywhere) in one tile (z, x, y), with their label points as a layer of their own: a polygon cut by tiles
-- would be labelled once a tile.
WITH tile AS (
    SELECT
        ST_TileEnvelope(:z, :x, :y) AS bounds,
        ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.02), 4326) AS box,
        40075016.686 / 2 ^ :z AS side
),
chosen AS (
    SELECT g.id, g.code, g.name, g.name_en, g.kind, g.community_code, g.geom, tile.bounds, tile.side, tile.box
    FROM tile
    JOIN grid g ON g.geom && tile.box AND g.valid @> CAST(:at AS date) AND in_areas(CAST(:areas AS text[]), g.code, g.community_code)
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
-- A name has room, with a little overhang, where the grid is wide enough: some 12 pixels for a Chinese character (3 bytes) and 7 for a
-- Latin one, of a 512 pixel tile. Where the whole name has none, the part after the community's name may: 第七网格 of 仕奇社区第七网格.
-- An empty name says that there is no room.
-- From zoom 14 on letters are larger and the names of compounds stand beside: the whole name then needs half as much room again.
names AS (
    SELECT c.id, fit.language, coalesce(min(fit.words) FILTER (WHERE fit.rank = fit.best), '') AS words
    FROM chosen c
    LEFT JOIN LATERAL division_of_day(c.community_code, CAST(:at AS date)) d ON true
    CROSS JOIN LATERAL (
        SELECT
            (ST_XMax(c.geom) - ST_XMin(c.geom)) / (360.0 / 2 ^ :z / 512 * 0.8) AS room,
            regexp_replace(d.name, '(居民委员会|村民委员会|居委会|村委会)$', '') AS stem
    ) measures
    CROSS JOIN LATERAL (
        SELECT language, rank, words, min(rank) FILTER (
            WHERE greatest(octet_length(words) * 4, length(words) * 7, 30) * CASE WHEN rank = 1 AND :z >= 14 THEN 1.5 ELSE 1 END < measures.room
        ) OVER (PARTITION BY language) AS best
        FROM (
            VALUES
                ('zh', 1, coalesce(nullif(c.name, ''), c.code)),
                ('zh', 2, CASE WHEN starts_with(c.name, measures.stem) THEN ltrim(substr(c.name, length(measures.stem) + 1)) END),
                ('en', 1, c.name_en),
                ('en', 2, CASE WHEN starts_with(c.name_en, d.name_en) THEN ltrim(substr(c.name_en, length(d.name_en) + 1)) END)
        ) candidates (language, rank, words)
        WHERE words <> ''
    ) fit
    GROUP BY c.id, fit.language
),
label_rows AS (
    SELECT c.code, zh.words AS name, en.words AS name_en, ST_AsMVTGeom(ST_Transform(point.geom, 3857), c.bounds, 4096, 0) AS geom
    FROM chosen c
    JOIN names zh ON zh.id = c.id AND zh.language = 'zh'
    LEFT JOIN names en ON en.id = c.id AND en.language = 'en'
    CROSS JOIN LATERAL (SELECT ST_PointOnSurface(c.geom) AS geom) point
    WHERE (zh.words <> '' OR en.words <> '') AND point.geom && c.box
    ORDER BY ST_Area(c.geom) DESC, c.id
)
SELECT
    coalesce((SELECT ST_AsMVT(rows, 'grids', 4096, 'geom', 'id') FROM area_rows rows), ''::bytea)
    || coalesce((SELECT ST_AsMVT(rows, 'grid_labels', 4096, 'geom') FROM label_rows rows WHERE rows.geom IS NOT NULL), ''::bytea)
