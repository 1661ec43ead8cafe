-- In the stage of a load: the corrected datum and place for reports whose file still states the datum and the very coordinates that
-- were corrected. Parameter: scope of the keys.
UPDATE load_stage s
SET datum = r.datum, geom = r.geom
FROM report_key k
JOIN report r ON r.id = k.report_id
JOIN datum_correction_report c ON c.report_id = r.id
JOIN datum_correction d ON d.id = c.correction_id AND d.undone_at IS NULL
WHERE k.scope = :scope AND k.key = s.key AND s.datum = d.from_datum AND r.datum = d.to_datum
  AND s.raw_lon = r.raw_lon AND s.raw_lat = r.raw_lat
