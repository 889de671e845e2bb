-- A part's own namespaces are those of which it describes at least five things.
WITH placed AS (
  SELECT subject, predicate, object, graph,
    CASE WHEN graph IN (SELECT graph FROM parts) THEN graph ELSE '' END AS part
  FROM stated
),
described AS (SELECT DISTINCT part, subject, regexp_extract(subject, '^(.*[/#])', 1) AS space FROM placed),
spaces AS (SELECT part, space FROM described GROUP BY part, space HAVING count(*) >= 5),
links AS (
  SELECT *, regexp_extract(object, '^(.*[/#])', 1) AS space FROM placed
  WHERE starts_with(object, '<') AND NOT starts_with(object, '<<(') AND predicate <> {rdf:type}
)
SELECT links.object AS focus, '' AS note, links.subject, links.predicate, links.object, links.graph
FROM links JOIN spaces ON links.part = spaces.part AND links.space = spaces.space
WHERE length(links.object) > length(links.space) + 1
  AND NOT EXISTS (SELECT 1 FROM described WHERE described.subject = links.object)
