# Breaks shapes:Concept-altLabel in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: the preferred label once more
# expect: Violation Concept-altLabel Disjoint <id/topic/sewage>
INSERT DATA { <id/topic/sewage> skos:altLabel "污水"@zh }
