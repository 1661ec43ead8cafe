-- Ask whether the owners of reports are right, now that they have been derived: one row each of report_ids and alternatives (JSON texts).
-- Nobody is asked about a report that is over or whose owner a person decided. A question that is open stays as old as it is; one about a
-- new edition of the grids is not replaced. Parameters: report_ids, alternatives, open_states. Gives one row for each question.
INSERT INTO doubt AS d (report_id, kind, grid_id, reason, share, alternatives, intake_district)
SELECT r.id, 'accuracy', o.grid_id, o.reason, o.share, a.alternatives, r.intake_district
FROM unnest(CAST(:report_ids AS bigint[]), CAST(:alternatives AS jsonb[])) AS a (report_id, alternatives)
JOIN report r ON r.id = a.report_id
JOIN owner o ON o.report_id = r.id
WHERE o.reason <> 'decided' AND r.status = ANY (:open_states)
ORDER BY r.id
ON CONFLICT (report_id) DO UPDATE
    SET kind = excluded.kind, grid_id = excluded.grid_id, reason = excluded.reason, share = excluded.share,
        alternatives = excluded.alternatives, state = 'open',
        opened_at = CASE WHEN d.state = 'open' THEN d.opened_at ELSE now() END,
        decided_at = NULL, decided_by = NULL, chosen_grid_id = NULL
    WHERE CASE
        WHEN d.state = 'open' THEN d.kind <> 'published' AND (d.grid_id, d.alternatives) IS DISTINCT FROM (excluded.grid_id, excluded.alternatives)
        -- That no grid has it was confirmed, and nothing has changed since.
        ELSE NOT (d.state = 'confirmed' AND d.grid_id IS NULL AND excluded.grid_id IS NULL AND d.alternatives = excluded.alternatives)
    END
RETURNING d.report_id
