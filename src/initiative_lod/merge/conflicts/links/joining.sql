-- Statements that say that two things are one, but for those that clusters make of them.
SELECT subject, predicate, object, graph FROM statements
WHERE predicate IN ({owl:sameAs}, {skos:exactMatch}) AND graph <> {graph:identity}
  AND starts_with(subject, '<') AND starts_with(object, '<') AND NOT starts_with(object, '<<(')
  AND subject NOT IN ({sssom:NoTermFound}, {sssom:NoMapping}) AND object NOT IN ({sssom:NoTermFound}, {sssom:NoMapping})
