-- Triples of the default graph by property.
SELECT predicate, count(*) AS uses
FROM (SELECT DISTINCT subject, predicate, object FROM statements) AS triples
GROUP BY predicate
