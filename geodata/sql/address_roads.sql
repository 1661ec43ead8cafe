-- Roads by name, one row for lines of a name that lie within some 300 m of each other (a road is drawn in many lines; one of the same name
-- in another town is another road): the least code as key, all codes, communities that it passes by the grids in force on a day (at).
WITH line AS (
    SELECT r.code, r.name, r.geom, ST_ClusterDBSCAN(r.geom, 0.003, 1) OVER (PARTITION BY r.name) AS cluster
    FROM road r
    WHERE r.name <> ''
),
passed AS (
    SELECT DISTINCT l.name, l.cluster, g.community_code
    FROM line l
    JOIN grid g ON g.geom && l.geom AND g.valid @> CAST(:at AS date) AND ST_DWithin(g.geom, l.geom, 0.0003)
)
SELECT
    min(l.code) AS key, l.name, array_agg(l.code ORDER BY l.code) AS codes,
    coalesce(
        (SELECT array_agg(p.community_code ORDER BY p.community_code) FROM passed p WHERE p.name = l.name AND p.cluster = l.cluster),
        '{}'
    ) AS communities
FROM line l
GROUP BY l.name, l.cluster
ORDER BY key
