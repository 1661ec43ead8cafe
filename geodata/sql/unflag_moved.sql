-- Flags of reports that a load has moved.
DELETE FROM place_flag f USING load_match m WHERE m.is_moved AND f.report_id = m.report_id
