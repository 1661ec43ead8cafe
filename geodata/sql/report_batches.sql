-- Where the batches of reports begin: by intake district, at most `size` reports of consecutive times each. The first of a district
-- begins with its first report. Parameters: size, district (NULL: all), ended (states left out, NULL: none).
SELECT intake_district, reported_at
FROM (
    SELECT intake_district, reported_at, row_number() OVER (PARTITION BY intake_district ORDER BY reported_at) AS place
    FROM report
    WHERE (CAST(:district AS text) IS NULL OR intake_district = CAST(:district AS text))
      AND (CAST(:ended AS text[]) IS NULL OR status <> ALL(CAST(:ended AS text[])))
) numbered
WHERE (place - 1) % :size = 0
ORDER BY intake_district, reported_at
