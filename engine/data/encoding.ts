import type { TextEncoding } from '#contract/data';

export type Encoding = TextEncoding;

/** Two bytes of each sign of Latin text: one of them is zero. */
const leastZeros = 0.3;
/** Fewer stray bytes are mistakes in an UTF-8 file, which are rejected row by row. */
const leastLatin = 3;

/** Counts what is UTF-8 beyond ASCII, and bytes that cannot be. A character that the end cuts off is neither. */
function utf8Signs(bytes: Uint8Array): { good: number; bad: number } {
  let good = 0;
  let bad = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x80) continue;
    const following = byte >= 0xc2 && byte < 0xe0 ? 1 : byte >= 0xe0 && byte < 0xf0 ? 2 : byte >= 0xf0 && byte < 0xf5 ? 3 : 0;
    const rest = bytes.subarray(at + 1, at + 1 + following);
    const whole = following > 0 && rest.every((next) => next >= 0x80 && next < 0xc0);
    if (whole && rest.length < following) break;
    if (whole) {
      good++;
      at += following;
    } else bad++;
  }
  return { good, bad };
}

/** Zero bytes at even and at odd places, as shares of these places. */
function zeroShares(bytes: Uint8Array): [even: number, odd: number] {
  const zeros: [number, number] = [0, 0];
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0) zeros[at & 1 ? 1 : 0]++;
  const half = Math.max(1, bytes.length / 2);
  return [zeros[0] / half, zeros[1] / half];
}

/**
 * How the text of these first bytes is encoded: by its mark; UTF-16 without a mark by its zeros; else UTF-8, or where bytes beyond ASCII are there and none of them
 * is UTF-8, Windows-1252, which holds all of Latin-1's letters.
 */
export function encodingOf(bytes: Uint8Array, cut: boolean): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const [even, odd] = zeroShares(bytes);
  if (odd >= leastZeros && even < 0.05) return 'utf-16le';
  if (even >= leastZeros && odd < 0.05) return 'utf-16be';
  // Where the bytes are cut off within a character, its start is no mistake.
  const { good, bad } = utf8Signs(cut ? bytes.subarray(0, -4) : bytes);
  const zeros = even + odd > 0;
  return good === 0 && bad >= leastLatin && !zeros ? 'latin1' : 'utf-8';
}
