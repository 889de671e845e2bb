-- A literal that the store writes in another way has a value.
SELECT object AS focus, '' AS note, subject, predicate, object, graph FROM (
  SELECT *, replace(datatype, 'http://www.w3.org/2001/XMLSchema#', '') AS type FROM stated
  WHERE starts_with(datatype, 'http://www.w3.org/2001/XMLSchema#') AND NOT rewritten
) AS typed
WHERE (type IN ('integer', 'int', 'nonNegativeInteger', 'positiveInteger') AND NOT regexp_matches(value, '\A[+-]?[0-9]+\z'))
  OR (type = 'decimal' AND NOT regexp_matches(value, '\A[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\z'))
  OR (type = 'date' AND NOT regexp_matches(value,
    '\A-?[0-9]{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(Z|[+-][0-9]{2}:[0-9]{2})?\z'))
  OR (type = 'dateTime' AND NOT regexp_matches(value,
    '\A-?[0-9]{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?\z'))
  OR (type = 'boolean' AND value NOT IN ('true', 'false', '0', '1'))
  OR (type = 'gYear' AND NOT regexp_matches(value, '\A-?[0-9]{4,}(Z|[+-][0-9]{2}:[0-9]{2})?\z'))
  OR (type IN ('double', 'float')
    AND NOT regexp_matches(value, '\A([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN)\z'))
