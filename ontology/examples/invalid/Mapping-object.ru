# Breaks shapes:Mapping-object in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sssom: <https://w3id.org/sssom/>

# case: none at all
# expect: Violation Mapping-object MinCount <graph/alignment-example#sewage>
# expect: Violation Linked-source SPARQL <id/topic/sewage>
DELETE DATA { <graph/alignment-example#sewage> sssom:object_id <http://example.org/thesaurus/1> }

# case: one too many
# expect: Violation Mapping-object MaxCount <graph/alignment-example#sewage>
INSERT DATA { <graph/alignment-example#sewage> sssom:object_id <http://example.org/other/2> . <id/topic/sewage> skos:exactMatch <http://example.org/other/2> }

# case: not an IRI
# expect: Violation Mapping-object NodeKind <graph/alignment-example#sewage>
# expect: Violation Linked-source SPARQL <id/topic/sewage>
# expect: Violation Mapping-statement SPARQL <graph/alignment-example#sewage>
DELETE DATA { <graph/alignment-example#sewage> sssom:object_id <http://example.org/thesaurus/1> } ;
INSERT DATA { <graph/alignment-example#sewage> sssom:object_id "sewage" }
