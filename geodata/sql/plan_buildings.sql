-- The buildings of a plan (plan_id) by key: unit, names, a point inside, and households as far as anybody counted them: rows of households
-- (key ones: with somebody in a care group), dwellings, people.
WITH homes AS (
    SELECT h.building_id, count(*) AS households, count(*) FILTER (WHERE cardinality(h.care_groups) > 0) AS key_households
    FROM household h
    JOIN plan_building p ON p.building_id = h.building_id AND p.plan_id = :plan_id
    GROUP BY h.building_id
)
SELECT
    b.id, p.unit, b.ref, b.code, b.name, b.address, c.name AS compound,
    ST_X(label.point) AS lon, ST_Y(label.point) AS lat,
    coalesce(homes.households, 0) AS households, coalesce(homes.key_households, 0) AS key_households,
    coalesce(b.dwellings, 0) AS dwellings, coalesce(b.people_estimate, 0) AS people
FROM plan_building p
JOIN building b ON b.id = p.building_id
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(b.geom) AS point) label
LEFT JOIN compound c ON c.id = b.compound_id
LEFT JOIN homes ON homes.building_id = b.id
WHERE p.plan_id = :plan_id
ORDER BY b.id
