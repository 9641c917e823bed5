/** Rows below this fit, with a 32-bit score, into the 53 bits of a whole number. */
export const mostRows = 2 ** 21;

const bits = new Uint32Array(1);
const asFloat = new Float32Array(bits.buffer);

/** A 32-bit float as a whole number of the same order; 0 and -0 are one. */
function ordered(score: number): number {
  asFloat[0] = score + 0;
  const raw = bits[0] as number;
  return raw & 0x80000000 ? ~raw >>> 0 : (raw | 0x80000000) >>> 0;
}

/**
 * A score of 32 bits and a row below `mostRows` in one number: larger for the better score, of equal ones for the lower row. Numbers of a Float64Array are
 * sorted by the machine's own code, several times as fast as pairs by a comparison.
 */
export const scoreKey = (score: number, row: number): number => ordered(score) * mostRows + (mostRows - 1 - row);

export const rowOfKey = (key: number): number => mostRows - 1 - (key % mostRows);

export function scoreOfKey(key: number): number {
  const value = Math.floor(key / mostRows);
  bits[0] = value >= 0x80000000 ? value & 0x7fffffff : ~value;
  return asFloat[0] as number;
}
