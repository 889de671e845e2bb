# Breaks shapes:Named-label-zh in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: none at all
# expect: Info Named-label-zh QualifiedMinCount <id/event/river-conference>
DELETE { <id/event/river-conference> rdfs:label ?label } WHERE { <id/event/river-conference> rdfs:label ?label FILTER (LANG(?label) = "zh") }
