WITH labels AS (
  SELECT subject, predicate, object, graph, regexp_replace(coalesce(language, ''), '--(ltr|rtl)$', '') AS tag
  FROM statements WHERE predicate = {skos:prefLabel} AND datatype IS NOT NULL
),
doubled AS (SELECT subject, tag FROM labels GROUP BY subject, tag HAVING count(DISTINCT object) > 1)
SELECT n.subject AS focus, n.tag AS note, n.subject, n.predicate, n.object, n.graph
FROM labels AS n JOIN doubled AS d ON n.subject = d.subject AND n.tag = d.tag
