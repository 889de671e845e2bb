-- How large the default graph is.
SELECT
  (SELECT count(*) FROM (SELECT DISTINCT subject, predicate, object FROM statements) AS triples) AS triples,
  (SELECT count(*) FROM (SELECT DISTINCT subject FROM statements) AS subjects) AS subjects,
  (SELECT count(*) FROM (SELECT DISTINCT object FROM statements) AS objects) AS objects
