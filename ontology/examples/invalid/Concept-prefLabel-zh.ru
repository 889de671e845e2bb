# Breaks shapes:Concept-prefLabel-zh in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: none at all
# expect: Violation Concept-prefLabel-zh QualifiedMinCount <id/topic/international-cooperation>
DELETE { <id/topic/international-cooperation> skos:prefLabel ?label } WHERE { <id/topic/international-cooperation> skos:prefLabel ?label FILTER (LANG(?label) = "zh") }

# case: one too many
# expect: Violation Concept-prefLabel-zh QualifiedMaxCount <id/topic/international-cooperation>
INSERT DATA { <id/topic/international-cooperation> skos:prefLabel "废水"@zh }
