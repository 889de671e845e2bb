# Breaks shapes:Concept-note in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: a note in one language only
# expect: Info Concept-note SPARQL <id/topic/sewage>
INSERT DATA { <id/topic/sewage> skos:scopeNote "Waste water of any kind."@en }
