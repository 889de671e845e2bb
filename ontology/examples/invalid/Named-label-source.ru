# Breaks shapes:Named-label-source in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: none in the language of the text
# expect: Violation Named-label-source SPARQL <id/example/conclusion>
# expect: Info Named-label-zh QualifiedMinCount <id/example/conclusion>
DELETE { <id/example/conclusion> rdfs:label ?label } WHERE { <id/example/conclusion> rdfs:label ?label FILTER (LANG(?label) = "zh") }
