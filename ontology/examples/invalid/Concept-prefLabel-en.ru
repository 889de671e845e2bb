# Breaks shapes:Concept-prefLabel-en in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: none at all
# expect: Info Concept-prefLabel-en QualifiedMinCount <id/topic/sewage>
DELETE { <id/topic/sewage> skos:prefLabel ?label } WHERE { <id/topic/sewage> skos:prefLabel ?label FILTER (LANG(?label) = "en") }
