-- What the ground of a plan would be made from: for each community of an area with a boundary, its buildings and who is known to live there.
-- :area  code of the division
SELECT d.code, d.name, d.name_en,
    count(b.id) AS buildings,
    coalesce(sum(h.homes), 0)::bigint AS households,
    coalesce(sum(b.dwellings), 0)::bigint AS dwellings,
    coalesce(sum(b.people_estimate), 0)::bigint AS people
FROM division d
LEFT JOIN building b ON b.geom && d.geom AND ST_Intersects(d.geom, ST_PointOnSurface(b.geom))
LEFT JOIN LATERAL (SELECT count(*) AS homes FROM household WHERE building_id = b.id) h ON b.id IS NOT NULL
WHERE d.level = 'community' AND d.geom IS NOT NULL AND d.retired_on IS NULL AND starts_with(d.code, :area)
GROUP BY d.id
ORDER BY d.code
