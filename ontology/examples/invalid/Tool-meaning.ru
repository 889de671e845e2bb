# Breaks shapes:Tool-meaning in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: a role without a meaning
# expect: Warning Tool-meaning SPARQL <id/role/hosts>
DELETE WHERE { <id/role/hosts> skos:scopeNote ?any }
