# Breaks shapes:Mapping-justification in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX sssom: <https://w3id.org/sssom/>

# case: none at all
# expect: Violation Mapping-justification MinCount <graph/alignment-example#sewage>
DELETE WHERE { <graph/alignment-example#sewage> sssom:mapping_justification ?any }

# case: not an IRI
# expect: Violation Mapping-justification NodeKind <graph/alignment-example#sewage>
DELETE WHERE { <graph/alignment-example#sewage> sssom:mapping_justification ?any } ;
INSERT DATA { <graph/alignment-example#sewage> sssom:mapping_justification "by hand" }
