-- White space as Unicode has it: that of SPARQL's regular expressions.
SELECT predicate AS focus, substr(graph, 2, length(graph) - 2) AS note, subject, predicate, object, graph FROM stated
WHERE datatype IS NOT NULL AND starts_with(value, 'http') AND regexp_matches(value, '\Ahttps?://[^\s\x0B\x{85}\p{Z}]+\z')
