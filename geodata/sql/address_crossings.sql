-- Codes of lines of roads with different names that meet, or nearly do (some 20 m).
SELECT a.code AS one, b.code AS other
FROM road a
JOIN road b ON a.code < b.code AND a.name <> b.name AND ST_DWithin(a.geom, b.geom, 0.0002)
WHERE a.name <> '' AND b.name <> ''
