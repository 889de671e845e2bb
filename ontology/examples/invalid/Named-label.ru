# Breaks shapes:Named-label in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: none at all
# expect: Violation Named-label MinCount <id/event/river-conference>
# expect: Info Named-label-zh QualifiedMinCount <id/event/river-conference>
# expect: Info Named-label-en QualifiedMinCount <id/event/river-conference>
DELETE WHERE { <id/event/river-conference> rdfs:label ?label }
