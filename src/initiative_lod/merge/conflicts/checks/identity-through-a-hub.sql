SELECT j.object AS focus, '' AS note, j.subject, j.predicate, j.object, j.graph
FROM joining AS j JOIN made_one AS m ON j.subject = m.subject AND j.object = m.hub
