-- A part's own namespaces are those of which it describes at least five things. What nobody describes is little: it is
-- looked for first, and only its namespaces are cut out.
WITH placed AS (
  SELECT subject, predicate, object, graph,
    CASE WHEN graph IN (SELECT graph FROM parts) THEN graph ELSE '' END AS part
  FROM stated
),
described AS (SELECT DISTINCT part, subject FROM placed),
spaces AS (
  SELECT part, space FROM (SELECT part, regexp_extract(subject, '^(.*[/#])', 1) AS space FROM described) AS cut
  GROUP BY part, space HAVING count(*) >= 5
),
pointed AS (
  SELECT DISTINCT object FROM stated
  WHERE starts_with(object, '<') AND NOT starts_with(object, '<<(') AND predicate <> {rdf:type}
),
missing AS (
  SELECT object, regexp_extract(object, '^(.*[/#])', 1) AS space FROM pointed
  WHERE NOT EXISTS (SELECT 1 FROM described WHERE described.subject = pointed.object)
)
SELECT links.object AS focus, '' AS note, links.subject, links.predicate, links.object, links.graph
FROM placed AS links
JOIN missing ON links.object = missing.object
JOIN spaces ON links.part = spaces.part AND missing.space = spaces.space
WHERE links.predicate <> {rdf:type} AND length(missing.object) > length(missing.space) + 1
