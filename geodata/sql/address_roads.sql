-- Roads by name, one row for lines of a name that lie within some 300 m of each other (a road is drawn in many lines; one of the same name
-- in another town is another road): the least code as key, all codes, communities that it passes by the grids in force on a day (at).
WITH line AS MATERIALIZED (
    SELECT r.code, r.name, r.geom, ST_ClusterDBSCAN(r.geom, 0.003, 1) OVER (PARTITION BY r.name) AS cluster
    FROM road r
    WHERE r.name <> ''
),
passed AS (
    SELECT l.name, l.cluster, array_agg(DISTINCT g.community_code ORDER BY g.community_code) AS communities
    FROM line l
    JOIN grid g ON ST_DWithin(g.geom, l.geom, 0.0003)
    WHERE g.valid @> CAST(:at AS date) AND g.community_code IS NOT NULL
    GROUP BY l.name, l.cluster
),
named AS (
    SELECT l.name, l.cluster, min(l.code) AS key, array_agg(l.code ORDER BY l.code) AS codes
    FROM line l
    GROUP BY l.name, l.cluster
)
SELECT n.key, n.name, n.codes, coalesce(p.communities, '{}') AS communities
FROM named n
LEFT JOIN passed p USING (name, cluster)
ORDER BY n.key
