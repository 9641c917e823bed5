/** Words of a text: runs of letters and digits of any script, in lower case. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** 32-bit FNV-1a over the UTF-16 units of a word, mixed once more: the same on every machine and in every version. */
export function hashWord(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/**
 * Texts as lists of hash buckets (feature hashing, Weinberger et al. 2009), each bucket once a text, ascending: those of text r are
 * `codes[offsets[r] .. offsets[r + 1])`. A bucket of one text only says nothing and is left out.
 */
export function hashTexts(texts: (string | null)[], buckets: number): { offsets: Int32Array; codes: Int32Array } {
  const hashed = texts.map((text) => {
    const own = new Set(text === null ? [] : wordsOf(text).map((word) => hashWord(word) % buckets));
    return Int32Array.from(own).sort();
  });
  const counts = new Int32Array(buckets);
  for (const codes of hashed) for (const code of codes) counts[code] = (counts[code] as number) + 1;
  const offsets = new Int32Array(texts.length + 1);
  const kept: number[] = [];
  hashed.forEach((codes, row) => {
    for (const code of codes) if ((counts[code] as number) > 1) kept.push(code);
    offsets[row + 1] = kept.length;
  });
  return { offsets, codes: Int32Array.from(kept) };
}
