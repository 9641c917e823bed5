import type { NamedArrays } from '../math/arrays.ts';

/** Time slice after which long synchronous work lets its process answer others. */
const stretchMs = 5;

/** Lets the process answer others when the current stretch of work was long enough. */
export function createBreather(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < stretchMs) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now();
        resolve();
      }),
    );
  };
}

/** Texts as two arrays, `<name>.bytes` (UTF-8, one after the other) and `<name>.offsets`, so that every id keeps its bytes. */
export function encodeTexts(name: string, texts: readonly string[]): NamedArrays {
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  const offsets = new Int32Array(texts.length + 1);
  let end = 0;
  encoded.forEach((bytes, i) => {
    end += bytes.length;
    offsets[i + 1] = end;
  });
  const bytes = new Uint8Array(end);
  encoded.forEach((part, i) => {
    bytes.set(part, offsets[i]);
  });
  return { [`${name}.bytes`]: { shape: [end], data: bytes }, [`${name}.offsets`]: { shape: [offsets.length], data: offsets } };
}

/** The texts again. Throws an Error in words where the arrays do not hold `count` of them. */
export async function decodeTexts(name: string, arrays: NamedArrays, count: number): Promise<string[]> {
  const bytes = arrays[`${name}.bytes`]?.data;
  const offsets = arrays[`${name}.offsets`]?.data;
  if (!(bytes instanceof Uint8Array) || !(offsets instanceof Int32Array)) throw new Error(`the array ${name} is missing`);
  if (offsets.length !== count + 1 || offsets[0] !== 0 || offsets[count] !== bytes.length)
    throw new Error(`${name} does not hold ${count} ids`);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const breathe = createBreather();
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const [start, end] = [offsets[i] as number, offsets[i + 1] as number];
    if (end < start || end > bytes.length) throw new Error(`${name} has its offsets out of order`);
    texts.push(decoder.decode(bytes.subarray(start, end)));
    if (i % 256 === 0) await breathe();
  }
  return texts;
}
