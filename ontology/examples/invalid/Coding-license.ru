# Breaks shapes:Coding-license in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>

# case: none
# expect: Warning Coding-license MinCount <graph/coding-example>
DELETE DATA { <graph/coding-example> dcterms:license <https://creativecommons.org/licenses/by/4.0/> }

# case: by its name
# expect: Warning Coding-license NodeKind <graph/coding-example>
DELETE DATA { <graph/coding-example> dcterms:license <https://creativecommons.org/licenses/by/4.0/> } ;
INSERT DATA { <graph/coding-example> dcterms:license "CC BY 4.0" }
