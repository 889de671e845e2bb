-- How large each named graph is.
SELECT graph, count(*) AS triples, count(DISTINCT subject) AS subjects, count(DISTINCT object) AS objects
FROM (SELECT DISTINCT graph, subject, predicate, object FROM counted) AS quads_once
GROUP BY graph
