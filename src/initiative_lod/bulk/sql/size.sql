-- The terms of the default graph.
SELECT
  (SELECT count(*) FROM (SELECT DISTINCT subject FROM statements) AS subjects) AS subjects,
  (SELECT count(*) FROM (SELECT DISTINCT object FROM statements) AS objects) AS objects
