-- Quads that only one of two releases has, as lines of N-Quads, in the order of their bytes.
SELECT min(side) AS side, concat(subject, ' ', predicate, ' ', object, ' ', graph, ' .') AS line
FROM (
  SELECT subject, predicate, object, graph, 0 AS side FROM earlier
  UNION ALL
  SELECT subject, predicate, object, graph, 1 AS side FROM later
) AS both_sides
GROUP BY subject, predicate, object, graph
HAVING min(side) = max(side)
ORDER BY line
