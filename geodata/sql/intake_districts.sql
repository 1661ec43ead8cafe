-- The districts that have taken in reports, in order, by a step each through the index. Parameter: district (NULL: all).
WITH RECURSIVE taken_in AS (
    SELECT min(intake_district) AS code FROM report
    UNION ALL
    SELECT (SELECT min(r.intake_district) FROM report r WHERE r.intake_district > t.code) FROM taken_in t WHERE t.code IS NOT NULL
)
SELECT code FROM taken_in WHERE code IS NOT NULL AND (CAST(:district AS text) IS NULL OR code = CAST(:district AS text)) ORDER BY code
