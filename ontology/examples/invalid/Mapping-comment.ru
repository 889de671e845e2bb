# Breaks shapes:Mapping-comment in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX sssom: <https://w3id.org/sssom/>

# case: none at all
# expect: Violation Mapping-comment MinCount <graph/alignment-example#sewage>
DELETE WHERE { <graph/alignment-example#sewage> sssom:comment ?any }

# case: empty
# expect: Violation Mapping-comment Pattern <graph/alignment-example#sewage>
DELETE WHERE { <graph/alignment-example#sewage> sssom:comment ?any } ;
INSERT DATA { <graph/alignment-example#sewage> sssom:comment "" }
