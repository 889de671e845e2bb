# Breaks shapes:Mapping-subject in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sssom: <https://w3id.org/sssom/>

# case: none at all
# expect: Violation Mapping-subject MinCount <graph/alignment-example#sewage>
# expect: Violation Linked-source SPARQL <id/topic/sewage>
DELETE DATA { <graph/alignment-example#sewage> sssom:subject_id <id/topic/sewage> }

# case: one too many
# expect: Violation Mapping-subject MaxCount <graph/alignment-example#sewage>
# expect: Violation Linked-injective SPARQL <id/group/public>
# expect: Violation Linked-injective SPARQL <id/topic/sewage>
INSERT DATA { <graph/alignment-example#sewage> sssom:subject_id <id/group/public> . <id/group/public> skos:exactMatch <http://example.org/thesaurus/1> }

# case: not an IRI
# expect: Violation Mapping-subject NodeKind <graph/alignment-example#sewage>
# expect: Violation Linked-source SPARQL <id/topic/sewage>
# expect: Violation Mapping-statement SPARQL <graph/alignment-example#sewage>
DELETE DATA { <graph/alignment-example#sewage> sssom:subject_id <id/topic/sewage> } ;
INSERT DATA { <graph/alignment-example#sewage> sssom:subject_id "sewage" }
