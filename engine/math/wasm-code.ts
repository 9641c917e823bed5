/** Words of WebAssembly, in the binary form, as far as our kernels need them (WebAssembly Core Specification 2.0, chapter 5). */
export type Code = number[];

export function unsigned(value: number): Code {
  const bytes: Code = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const text = (value: string): Code => [value.length, ...[...value].map((char) => char.charCodeAt(0))];

export const i32 = 0x7f;
export const f32 = 0x7d;
export const v128 = 0x7b;
export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const tee = (local: number): Code => [0x22, local];
/** Only for values below 64, whose signed form is one byte. */
export const constant = (value: number): Code => [0x41, value];
export const add: Code = [0x6a];
export const subtract: Code = [0x6b];
export const shiftLeft: Code = [0x74];
export const lessThan: Code = [0x49];
/** local += amount */
export const advance = (local: number, amount: Code): Code => [...get(local), ...amount, ...add, ...set(local)];
/** Again from the start while the condition holds that `body` leaves behind. */
export const repeatWhile = (...body: Code[]): Code => [0x03, 0x40, ...body.flat(), 0x0d, 0, 0x0b];

/** Of vectors of 128 bits. */
export const vector = {
  load: (offset: number): Code => [0xfd, 0x00, 2, offset],
  loadSplat: [0xfd, 0x09, 2, 0] as Code,
  store: (offset: number): Code => [0xfd, 0x0b, 2, offset],
  zero: [0xfd, 0x0c, ...new Array<number>(16).fill(0)] as Code,
  splat: [0xfd, 0x13] as Code,
  /** Four lanes of 32 bits, 0 to 3 of the first and 4 to 7 of the second. */
  shuffle: (lanes: readonly [number, number, number, number]): Code => [
    0xfd,
    0x0d,
    ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
  ],
  addFloats: [0xfd, 0xe4, 0x01] as Code,
  multiplyFloats: [0xfd, 0xe6, 0x01] as Code,
  maximumFloats: [0xfd, 0xe9, 0x01] as Code,
  addIntegers: [0xfd, 0xae, 0x01] as Code,
  /** Eight products of 16-bit integers, added in pairs. */
  dotShorts: [0xfd, 0xba, 0x01] as Code,
  toFloats: [0xfd, 0xfa, 0x01] as Code,
};

/** A module with one function, which works in an imported memory. `locals`: how many of which type, after the parameters. */
export function moduleOf(
  name: string,
  parameters: Code,
  locals: readonly [count: number, type: number][],
  body: Code,
): Uint8Array<ArrayBuffer> {
  const code = [locals.length, ...locals.flat(), ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, parameters.length, ...parameters, 0]),
    ...section(2, [1, ...text('env'), ...text('memory'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text(name), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}
