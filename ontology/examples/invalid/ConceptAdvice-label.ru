# Breaks shapes:ConceptAdvice-label in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: two topics of one name
# expect: Warning ConceptAdvice-label SPARQL <id/topic/sewage>
# expect: Warning ConceptAdvice-label SPARQL <id/topic/waste-water>
INSERT DATA { <id/topic/waste-water> a ilod:Topic ; skos:prefLabel "污水"@zh , "waste water"@en ; skos:inScheme <id/topic> ;
    ilod:noMatchReason "示例"@zh , "Example"@en }
