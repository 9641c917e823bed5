/** Letters that have to be put in, taken out or changed to make one word of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const changed = (row[j - 1] as number) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}

const longest = 40;

/** The known word that somebody most likely meant; null where none is near. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  if (word.length > longest) return null;
  const meant = word.toLowerCase();
  let best: string | null = null;
  // A third of the letters may be wrong.
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const one of known) {
    const letters = distance(meant, one);
    if (letters >= least) continue;
    best = one;
    least = letters;
  }
  return best;
}
