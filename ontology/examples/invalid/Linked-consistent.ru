# Breaks shapes:Linked-consistent in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sssom: <https://w3id.org/sssom/>

# case: both exact and broader
# expect: Violation Linked-consistent SPARQL <id/topic/sewage>
INSERT DATA {
    <id/topic/sewage> skos:broadMatch <http://example.org/thesaurus/1> .
    <graph/alignment-example#sewage-2> a sssom:Mapping ; sssom:subject_id <id/topic/sewage> ; sssom:predicate_id skos:broadMatch ; sssom:object_id <http://example.org/thesaurus/1> ;
        sssom:mapping_justification <https://w3id.org/semapv/vocab/ManualMappingCuration> ; sssom:comment "Example." ; ilod:seenIn "the example" .
}
