-- What led to the state of each report of the sample, and when: steps of the temporary table demo_path (category, status, variant,
-- step, last, kind, share, hours, detail), laid over the time that the report had. Reports from before `since` get their last step
-- only. Staff work from 8 to 20: what would fall into the night is laid into the first half hour of the morning, in order.
-- Parameters: first, last (ids of reports), since, until (instants), zone.
INSERT INTO event (report_id, kind, at, intake_district, detail)
SELECT id, kind, least(greatest(timezone(:zone, day + interval '8 hours'
       + CASE WHEN second < 43200 THEN 1800 + second * 23 / 24 ELSE 86400 + (second - 43200) / 24 END * interval '1 second'),
       reported_at), until - (last - step) * interval '1 second'),
       intake_district, detail
FROM (
    SELECT *, CAST(extract(epoch FROM local - date_trunc('day', local)) AS integer) AS second, date_trunc('day', local) AS day
    FROM (
        SELECT r.id, r.intake_district, r.reported_at, r.until, p.kind, p.detail, p.step, p.last,
               timezone(:zone, r.reported_at + least(p.hours * exp(2 * r.a - 1) * interval '1 hour', r.left_over)
               * power(p.share, 0.7 + 0.9 * r.b)) - interval '8 hours' AS local
        FROM (
            SELECT id, category, status, reported_at, intake_district, CAST(:until AS timestamptz) AS until,
                   greatest(:until - interval '4 hours' - reported_at, interval '0') AS left_over,
                   (hashint8(id) & 1023) / float8 '1024' AS a, (hashint8(id) >> 10 & 1023) / float8 '1024' AS b,
                   (hashint8(id) >> 20 & 1023) % 10 AS variant
            FROM report WHERE id BETWEEN :first AND :last
        ) r
        JOIN demo_path p USING (category, status, variant)
        WHERE r.reported_at >= :since OR p.step = p.last
    ) step
) timed
ORDER BY id, step
