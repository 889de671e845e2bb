-- Triples of each named graph by property.
SELECT graph, predicate, count(*) AS uses
FROM (SELECT DISTINCT graph, subject, predicate, object FROM counted) AS quads_once
GROUP BY graph, predicate
