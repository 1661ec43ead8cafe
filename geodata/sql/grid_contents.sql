-- Buildings and households of a grid (grid_id): a building belongs to the grid that holds its label point.
WITH inside AS (
    SELECT b.id
    FROM grid g
    JOIN building b ON b.geom && g.geom AND ST_Intersects(g.geom, ST_PointOnSurface(b.geom))
    WHERE g.id = :grid_id
)
SELECT
    (SELECT count(*) FROM inside) AS buildings,
    (SELECT count(*) FROM household h JOIN inside i ON i.id = h.building_id) AS households
