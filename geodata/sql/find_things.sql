-- Compounds, buildings and service points inside areas (codes, NULL: everywhere) whose name holds the words (pattern), or whose name,
-- address or code starts with them (prefix); buildings by their compound's name (compound_pattern) and number as well, and by the start of
-- their code (code_prefix). At most :limit of a kind. Compounds and service points are thousands: they are read through; buildings are found
-- by index. Whether something lies in the areas is asked last and in order, until enough do: OFFSET 0 keeps the question out of the sorting.
WITH chosen AS (
    SELECT CAST(:areas AS text[]) AS areas, CAST(:at AS date) AS at
),
-- The ground of the areas, NULL for everywhere: what lies off it needs no closer look.
ground AS (
    SELECT ST_Extent(g.geom)::geometry AS box, count(*) AS grids
    FROM grid g, chosen
    WHERE chosen.areas IS NOT NULL AND g.valid @> chosen.at AND in_areas(chosen.areas, g.code, g.community_code)
),
compounds AS (
    SELECT 'compound' AS kind, 1 AS place, c.ref, c.code, c.name, c.name_en, c.address, c.geom, c.community_code, CAST(NULL AS text) AS compound_name
    FROM (
        SELECT c.*
        FROM compound c, ground, chosen
        WHERE (c.name ILIKE :pattern OR c.name_en ILIKE :pattern OR c.address ILIKE :pattern OR c.code LIKE :prefix)
            AND (chosen.areas IS NULL OR c.geom && ground.box)
        ORDER BY c.code = :exact DESC, length(c.name), c.code
        OFFSET 0
    ) c, chosen
    WHERE chosen.areas IS NULL
        OR EXISTS (
            SELECT FROM grid g
            WHERE g.geom && c.geom AND g.valid @> chosen.at AND in_areas(chosen.areas, g.code, g.community_code)
                AND ST_Relate(g.geom, c.geom, '2********')
        )
    LIMIT :limit
),
named_buildings AS (
    SELECT b.id FROM building b WHERE b.name LIKE CAST(:name_prefix AS text)
    UNION
    SELECT b.id FROM building b WHERE b.address LIKE CAST(:name_prefix AS text)
    UNION
    SELECT b.id FROM building b WHERE b.code LIKE :code_prefix
    UNION
    -- Inside a street, a community, a grid also in the middle of a name: 3号楼 of 富邦小区3号楼.
    SELECT b.id FROM ground JOIN building b ON ground.grids <= 300 AND b.geom && ground.box AND b.name ILIKE :pattern
    UNION
    SELECT b.id
    FROM compound c
    JOIN building b ON b.compound_id = c.id
    WHERE c.name ILIKE CAST(:compound_pattern AS text)
        AND ltrim(coalesce(substring(b.name FROM '(\d+)\s*(号楼|栋|幢|座|#)'), substring(b.name FROM '^\d+$')), '0') = :number
),
buildings AS (
    SELECT 'building' AS kind, 2 AS place, b.ref, b.code, b.name, b.name_en, b.address, b.geom, c.community_code, c.name AS compound_name
    FROM (
        SELECT b.*
        FROM named_buildings n
        JOIN building b ON b.id = n.id
        CROSS JOIN ground
        CROSS JOIN chosen
        WHERE chosen.areas IS NULL OR b.geom && ground.box
        ORDER BY b.code = :exact DESC, b.name = :exact DESC, length(b.name), b.code
        OFFSET 0
    ) b
    CROSS JOIN chosen
    LEFT JOIN compound c ON c.id = b.compound_id
    WHERE place_in_areas(chosen.areas, ST_PointOnSurface(b.geom), chosen.at)
    LIMIT :limit
),
services AS (
    SELECT 'service' AS kind, 3 AS place, s.ref, s.code, s.name, s.name_en, s.address, s.geom, CAST(NULL AS text) AS community_code, CAST(NULL AS text) AS compound_name
    FROM (
        SELECT s.*
        FROM service_point s, ground, chosen
        WHERE (s.name ILIKE :pattern OR s.name_en ILIKE :pattern OR s.address ILIKE :pattern OR s.code LIKE :prefix)
            AND (chosen.areas IS NULL OR s.geom && ground.box)
        ORDER BY s.code = :exact DESC, length(s.name), s.code
        OFFSET 0
    ) s, chosen
    WHERE place_in_areas(chosen.areas, s.geom, chosen.at)
    LIMIT :limit
),
found AS (
    SELECT * FROM compounds
    UNION ALL
    SELECT * FROM buildings
    UNION ALL
    SELECT * FROM services
)
SELECT
    f.kind, f.ref, f.code, f.name, f.name_en, f.address, f.compound_name, d.name AS community_name, d.name_en AS community_name_en,
    ST_XMin(f.geom) AS west, ST_YMin(f.geom) AS south, ST_XMax(f.geom) AS east, ST_YMax(f.geom) AS north
FROM found f
CROSS JOIN chosen
LEFT JOIN LATERAL (
    SELECT g.community_code FROM grid g
    WHERE f.community_code IS NULL AND g.valid @> chosen.at AND ST_Intersects(g.geom, ST_PointOnSurface(f.geom))
    ORDER BY g.code
    LIMIT 1
) held ON true
LEFT JOIN LATERAL division_of_day(coalesce(f.community_code, held.community_code), chosen.at) d ON true
ORDER BY f.place, f.code = :exact DESC, length(f.name), f.code
