# Breaks shapes:Linked-injective in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sssom: <https://w3id.org/sssom/>

# case: two topics match one target
# expect: Violation Linked-injective SPARQL <id/topic/international-cooperation>
# expect: Violation Linked-injective SPARQL <id/topic/sewage>
INSERT DATA {
    <id/topic/international-cooperation> skos:exactMatch <http://example.org/thesaurus/1> .
    <graph/alignment-example#cooperation> a sssom:Mapping ; sssom:subject_id <id/topic/international-cooperation> ; sssom:predicate_id skos:exactMatch ; sssom:object_id <http://example.org/thesaurus/1> ;
        sssom:mapping_justification <https://w3id.org/semapv/vocab/ManualMappingCuration> ; sssom:comment "Example." ; ilod:seenIn "the example" .
}
