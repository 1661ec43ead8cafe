-- Kinds of things that the map can show: a legend names no others.
SELECT 'compound' AS kind WHERE EXISTS (SELECT FROM compound)
UNION ALL
SELECT 'building' WHERE EXISTS (SELECT FROM building)
UNION ALL
SELECT 'gate' WHERE EXISTS (SELECT FROM gate)
UNION ALL
SELECT 'service_point' WHERE EXISTS (SELECT FROM service_point)
UNION ALL
SELECT kinds.kind FROM unnest(ARRAY['green', 'water', 'rail']) kinds (kind)
WHERE EXISTS (SELECT FROM landcover l WHERE l.kind = kinds.kind)
UNION ALL
SELECT levels.level FROM unnest(ARRAY['city', 'district', 'street', 'community']) levels (level)
WHERE EXISTS (SELECT FROM division d WHERE d.level = levels.level AND d.geom IS NOT NULL AND d.retired_on IS NULL)
