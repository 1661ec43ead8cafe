-- What differs between the grids and the copy that was kept before they were written (grid_before): for each edition the days on which
-- something else is true, and where. fresh: an edition that did not exist.
CREATE TEMP TABLE grid_change ON COMMIT DROP AS
SELECT g.id, true AS fresh, false AS redrawn, g.valid AS days, g.geom AS area
FROM grid g
LEFT JOIN grid_before b ON b.id = g.id
WHERE b.id IS NULL
UNION ALL
-- Another boundary within the same days.
SELECT g.id, false, true, g.valid, ST_SymDifference(b.geom, g.geom)
FROM grid g
JOIN grid_before b ON b.id = g.id
WHERE ST_AsBinary(b.geom) <> ST_AsBinary(g.geom)
UNION ALL
-- Another end, or another beginning: the days between the two.
SELECT
    g.id, false, false,
    CASE
        WHEN lower(b.valid) IS NOT DISTINCT FROM lower(g.valid)
            THEN daterange(least(coalesce(upper(b.valid), 'infinity'), coalesce(upper(g.valid), 'infinity')),
                           nullif(greatest(coalesce(upper(b.valid), 'infinity'), coalesce(upper(g.valid), 'infinity')), 'infinity'))
        ELSE range_merge(b.valid, g.valid)
    END,
    g.geom
FROM grid g
JOIN grid_before b ON b.id = g.id
WHERE b.valid <> g.valid
