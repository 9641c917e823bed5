/** A hash of text in two halves of 32 bits each. The object is used again by the next call. */
export interface TextHash {
  high: number;
  low: number;
}

/**
 * A hash for tables in memory: fast, and with another seed in each process, so that nobody can choose texts that fall together. It is no proof
 * of anything, and nothing of it is stored.
 */
export function createTextHash(seed: number): (text: string, from?: number, to?: number) => TextHash {
  const result: TextHash = { high: 0, low: 0 };
  return (text, from = 0, to = text.length) => {
    let one = seed ^ 0x9e3779b9;
    let two = Math.imul(seed, 0x85ebca6b) ^ 0x41c6ce57;
    for (let i = from; i < to; i++) {
      const code = text.charCodeAt(i);
      one = Math.imul(one ^ code, 0x9e3779b1);
      one ^= one >>> 15;
      two = Math.imul(two ^ code, 0x85ebca77);
      two ^= two >>> 13;
    }
    one = Math.imul(one ^ (to - from) ^ (two >>> 7), 0x85ebca6b);
    two = Math.imul(two ^ (one >>> 9), 0xc2b2ae35);
    one = Math.imul(one ^ (one >>> 16) ^ (two >>> 11), 0x27d4eb2f);
    two = Math.imul(two ^ (two >>> 16) ^ (one >>> 13), 0x165667b1);
    result.high = (one ^ (one >>> 15)) >>> 0;
    result.low = (two ^ (two >>> 14)) >>> 0;
    return result;
  };
}
