-- What lies at each pile: a service point within 60 m, else the middle of a division (of its ground, or of the box around it) within
-- 200 m, else the compound around it. Names are as they are today.
UPDATE pile p
SET thing = t.thing, thing_code = t.code, thing_name = t.name, thing_m = t.metres
FROM (
    SELECT q.id, found.thing, found.code, found.name, found.metres
    FROM pile q
    LEFT JOIN LATERAL (
        (
            SELECT 1 AS rank, 'service_point' AS thing, s.code, s.name, ST_Distance(s.geom::geography, q.geom::geography) AS metres
            FROM service_point s
            WHERE s.geom && ST_Expand(q.geom, 0.001) AND ST_DWithin(s.geom::geography, q.geom::geography, 60)
            ORDER BY 5, 3 LIMIT 1
        )
        UNION ALL
        (
            SELECT 2, 'division', d.code, d.name, m.metres
            FROM division d
            CROSS JOIN LATERAL (
                SELECT least(
                    ST_Distance(ST_Centroid(d.geom)::geography, q.geom::geography),
                    ST_Distance(ST_Centroid(ST_Envelope(d.geom))::geography, q.geom::geography)
                ) AS metres
            ) m
            WHERE d.retired_on IS NULL AND d.geom && q.geom AND m.metres <= 200
            -- The larger one: a street's middle lies in some community, seldom in the middle of it.
            ORDER BY length(d.code), m.metres LIMIT 1
        )
        UNION ALL
        (
            SELECT 3, 'compound', c.code, c.name, 0
            FROM compound c
            WHERE ST_Intersects(c.geom, q.geom)
            ORDER BY c.code LIMIT 1
        )
        ORDER BY 1 LIMIT 1
    ) found ON TRUE
) t
WHERE t.id = p.id
  AND (p.thing, p.thing_code, p.thing_name, p.thing_m) IS DISTINCT FROM (t.thing, t.code, t.name, t.metres)
