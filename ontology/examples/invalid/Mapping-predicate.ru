# Breaks shapes:Mapping-predicate in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sssom: <https://w3id.org/sssom/>

# case: none at all
# expect: Violation Mapping-predicate MinCount <graph/alignment-example#sewage>
# expect: Violation Linked-source SPARQL <id/topic/sewage>
DELETE DATA { <graph/alignment-example#sewage> sssom:predicate_id skos:exactMatch }

# case: one too many
# expect: Violation Mapping-predicate MaxCount <graph/alignment-example#sewage>
INSERT DATA { <graph/alignment-example#sewage> sssom:predicate_id skos:closeMatch . <id/topic/sewage> skos:closeMatch <http://example.org/thesaurus/1> }

# case: not an IRI
# expect: Violation Mapping-predicate NodeKind <graph/alignment-example#sewage>
# expect: Violation Linked-source SPARQL <id/topic/sewage>
# expect: Violation Mapping-statement SPARQL <graph/alignment-example#sewage>
DELETE DATA { <graph/alignment-example#sewage> sssom:predicate_id skos:exactMatch } ;
INSERT DATA { <graph/alignment-example#sewage> sssom:predicate_id "sewage" }
