# Breaks shapes:Mapping-statement in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: it records what is not stated
# expect: Violation Mapping-statement SPARQL <graph/alignment-example#sewage>
DELETE DATA { <id/topic/sewage> skos:exactMatch <http://example.org/thesaurus/1> } ;
INSERT DATA { <id/topic/sewage> ilod:noMatchReason "示例"@zh , "Example"@en }
