// What a query declares, and where a further declaration goes.

const DECLARATION = /^[ \t]*PREFIX[ \t]+([^\s:<>]*):[ \t]*<[^<>\s]*>[^\n]*$/gim;

/** The prefixes that `text` declares, with their IRIs. */
export function declared(text) {
  const found = new Map();
  for (const match of text.matchAll(DECLARATION)) found.set(match[1], match[0].match(/<([^>]*)>/)[1]);
  return found;
}

/** The change that declares `prefix` behind the last declaration, or at the top; null when it is declared already. */
export function prefixChange(text, prefix, iri) {
  if (declared(text).has(prefix)) return null;
  const last = [...text.matchAll(DECLARATION)].at(-1);
  const line = `PREFIX ${prefix}: <${iri}>`;
  return last ? { from: last.index + last[0].length, insert: `\n${line}` } : { from: 0, insert: `${line}\n` };
}
