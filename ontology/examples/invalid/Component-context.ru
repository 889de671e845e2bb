# Breaks shapes:Component-context in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: no kind of context
# expect: Violation Component-context Class <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:context <id/topic/sewage> }

# case: two kinds
# expect: Violation Component-context MaxCount <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:context <id/context/means> , <id/context/place> .
    <id/context/means> a ilod:ContextKind , skos:Concept ; skos:prefLabel "手段"@zh , "means"@en ; skos:inScheme <id/topic> .
    <id/context/place> a ilod:ContextKind , skos:Concept ; skos:prefLabel "处所"@zh , "place"@en ; skos:inScheme <id/topic> }
