WITH denied AS (
  SELECT DISTINCT d.subject AS name FROM statements AS d
  JOIN clusters AS one ON d.subject = one.name JOIN clusters AS other ON d.object = other.name
  WHERE d.predicate = {owl:differentFrom} AND one.cluster = other.cluster
)
SELECT subject AS focus, '' AS note, subject, predicate, object, graph FROM statements
WHERE predicate = {owl:differentFrom} AND subject IN (SELECT name FROM denied)
UNION ALL
SELECT subject AS focus, '' AS note, subject, predicate, object, graph FROM joining
WHERE subject IN (SELECT name FROM denied)
UNION ALL
SELECT object AS focus, '' AS note, subject, predicate, object, graph FROM joining
WHERE object IN (SELECT name FROM denied)
