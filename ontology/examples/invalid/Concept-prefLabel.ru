# Breaks shapes:Concept-prefLabel in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: none at all
# expect: Violation Concept-prefLabel MinCount <id/topic/sewage>
# expect: Info Concept-prefLabel-zh QualifiedMinCount <id/topic/sewage>
# expect: Info Concept-prefLabel-en QualifiedMinCount <id/topic/sewage>
DELETE WHERE { <id/topic/sewage> skos:prefLabel ?label }
