-- Keys between which so many reports lie, the first and the last left out: each key of the step-th report of a sample.
-- Parameters: percent (of the table's pages that are read), step (reports of the sample), district (NULL: all), ended (states left
-- out, NULL: none).
SELECT id
FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS place
    FROM report TABLESAMPLE SYSTEM (:percent)
    WHERE (CAST(:district AS text) IS NULL OR intake_district = CAST(:district AS text))
      AND (CAST(:ended AS text[]) IS NULL OR status <> ALL(CAST(:ended AS text[])))
) numbered
WHERE place > 1 AND (place - 1) % :step = 0
ORDER BY id
