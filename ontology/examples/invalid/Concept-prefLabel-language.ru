# Breaks shapes:Concept-prefLabel-language in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: two in one language
# expect: Violation Concept-prefLabel-language UniqueLang <id/topic/sewage>
INSERT DATA { <id/topic/sewage> skos:prefLabel "污水之类"@zh }
