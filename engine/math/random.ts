/** A seeded stream of random numbers: the same seed gives the same stream on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** 32 random bits in each place: several times as fast as one draw after the other. */
  fillBits(out: Uint32Array): void;
  /** Uniform integer in [0, limit). */
  integer(limit: number): number;
  /** Standard normal, by the Box-Muller transform. */
  normal(): number;
  /** A stream of its own, which draws nothing from this one but its seed. */
  fork(label: string): Random;
  /** Shuffles in place (Fisher-Yates). */
  shuffle(values: Int32Array | number[]): void;
}

/** 32-bit FNV-1a of a label, to give each use of a seed a stream of its own. */
function hashLabel(label: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** sfc32 (Chris Doty-Humphrey, PractRand): small, fast, and good enough for sampling and initial weights; not for secrets. */
export function createRandom(seed: number, label = ''): Random {
  let a = hashLabel(label);
  let b = seed >>> 0;
  let c = 0x9e3779b9 ^ Math.floor(seed / 4_294_967_296);
  let d = 1;
  const bits = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let i = 0; i < 15; i++) bits();
  let spare: number | undefined;
  const random: Random = {
    // 53 bits, so that large integers are reached evenly.
    next: () => ((bits() >>> 5) * 67_108_864 + (bits() >>> 6)) / 9_007_199_254_740_992,
    fillBits: (out) => {
      // The state in locals for the length of the loop, where the compiler keeps it in registers.
      let [p, q, r, s] = [a, b, c, d];
      for (let i = 0; i < out.length; i++) {
        const t = (((p + q) | 0) + s) | 0;
        s = (s + 1) | 0;
        p = q ^ (q >>> 9);
        q = (r + (r << 3)) | 0;
        r = (((r << 21) | (r >>> 11)) + t) | 0;
        out[i] = t;
      }
      [a, b, c, d] = [p, q, r, s];
    },
    integer: (limit) => Math.floor(random.next() * limit),
    normal: () => {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
      const angle = 2 * Math.PI * random.next();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    fork: (inner) => createRandom(bits() * 4_294_967_296 + bits(), inner),
    shuffle: (values) => {
      for (let i = values.length - 1; i > 0; i--) {
        const j = random.integer(i + 1);
        const kept = values[i] as number;
        values[i] = values[j] as number;
        values[j] = kept;
      }
    },
  };
  return random;
}
