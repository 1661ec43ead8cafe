-- Grids and divisions in force on a day (at) whose name holds the words (pattern) or whose code starts with them (prefix), with their
-- extent (divisions by former names and codes too), inside areas (codes, NULL: everywhere); a division without a boundary takes that of its grids. Exact codes first, then larger areas.
WITH found AS (
    SELECT 'grid' AS kind, g.code, g.name, g.name_en, g.geom, 5 AS place, g.code = :exact AS same
    FROM grid g
    WHERE g.valid @> CAST(:at AS date) AND in_areas(CAST(:areas AS text[]), g.code, g.community_code) AND (g.name ILIKE :pattern OR g.name_en ILIKE :pattern OR g.code LIKE :prefix)
    UNION ALL
    SELECT d.level, d.code, d.name, d.name_en, d.geom, array_position(ARRAY['city', 'district', 'street', 'community'], d.level), d.code = :exact
    FROM division_in_time d
    WHERE d.valid @> CAST(:at AS date) AND in_areas(CAST(:areas AS text[]), NULL, d.code) AND (
        d.name ILIKE :pattern OR d.name_en ILIKE :pattern OR d.code LIKE :prefix
        OR d.code IN (SELECT s.new_code FROM division_succession s WHERE s.old_name ILIKE :pattern OR s.old_code = :exact)
    )
),
chosen AS (
    SELECT * FROM found ORDER BY same DESC, place, length(name), code LIMIT :limit
)
SELECT
    c.kind, c.code, c.name, c.name_en, ST_XMin(box.box) AS west, ST_YMin(box.box) AS south, ST_XMax(box.box) AS east, ST_YMax(box.box) AS north
FROM chosen c
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN c.geom IS NOT NULL THEN c.geom::box3d
        ELSE (SELECT ST_Extent(g.geom)::box3d FROM grid g WHERE g.community_code LIKE c.code || '%' AND g.valid @> CAST(:at AS date))
    END AS box
) box
ORDER BY c.same DESC, c.place, length(c.name), c.code
