-- The box around what the map can show besides grids: where people live and report; without these the lines and waters, which lead
-- far out of a city.
SELECT ST_YMin(box) AS south, ST_XMin(box) AS west, ST_YMax(box) AS north, ST_XMax(box) AS east
FROM (
    SELECT coalesce(
        (
            SELECT ST_Extent(geom)::box3d
            FROM (
                SELECT geom FROM division UNION ALL SELECT geom FROM compound UNION ALL SELECT geom FROM building
                UNION ALL SELECT geom FROM report
            ) lived
        ),
        (SELECT ST_Extent(geom)::box3d FROM (SELECT geom FROM road UNION ALL SELECT geom FROM landcover) lines)
    ) AS box
) extent
