import { randomBytes } from 'node:crypto';
import { createTextHash } from './text-hash.ts';

/** Ids that were stored, each with a digest of what was stored under it: a number from 1 to 2^53 - 1, or 0 where nothing is known of it. */
export interface StoredIds {
  /** The digest of an id; undefined where the id was not stored, or so long ago that it is forgotten. */
  get(id: string): number | undefined;
  set(id: string, digest: number): void;
  /** A digest of part of a text, for this process alone. */
  digestOf(text: string, from?: number, to?: number): number;
  readonly size: number;
  /** What the tables take. */
  readonly bytes: number;
}

/** A generation holds so many ids, two thirds of a table of 2^21 places; two full ones at least are remembered, and 101 MB are taken at most. */
const generationSize = 1_398_101;
const generations = 3;
const firstCapacity = 16_384;

/** So many ids, the newest, are remembered whatever came. */
export const rememberedIds = 2 * generationSize;

/** Open addressing: 64 bits of the id's hash and the digest beside it, two of three places filled at most. */
interface Table {
  keys: Uint32Array;
  digests: Float64Array;
  size: number;
}

const createTable = (capacity: number): Table => ({
  keys: new Uint32Array(capacity * 2),
  digests: new Float64Array(capacity),
  size: 0,
});

/** The place of a key, or the free one where it would go. A key whose halves are both 0 is that of a free place. */
function placeOf({ keys, digests }: Table, high: number, low: number): number {
  const capacity = digests.length;
  let place = Math.floor((high / 4_294_967_296) * capacity);
  for (;;) {
    const [a, b] = [keys[place * 2] as number, keys[place * 2 + 1] as number];
    if ((a === high && b === low) || (a === 0 && b === 0)) return place;
    place = place + 1 === capacity ? 0 : place + 1;
  }
}

const isFree = ({ keys }: Table, place: number): boolean => keys[place * 2] === 0 && keys[place * 2 + 1] === 0;

function put(table: Table, high: number, low: number, digest: number): void {
  const place = placeOf(table, high, low);
  if (isFree(table, place)) table.size += 1;
  table.keys[place * 2] = high;
  table.keys[place * 2 + 1] = low;
  table.digests[place] = digest;
}

function grown(table: Table): Table {
  const larger = createTable(table.digests.length * 2);
  for (let place = 0; place < table.digests.length; place++) {
    if (!isFree(table, place))
      put(larger, table.keys[place * 2] as number, table.keys[place * 2 + 1] as number, table.digests[place] as number);
  }
  return larger;
}

/** Remembers at least the last `2 * perGeneration` ids, in bounded memory that grows as it is needed. The oldest generation is forgotten as a whole. */
export function createStoredIds(perGeneration = generationSize): StoredIds {
  const hash = createTextHash(randomBytes(4).readInt32LE());
  /** Newest first. */
  const tables: Table[] = [createTable(firstCapacity)];

  const keyOf = (id: string): { high: number; low: number } => {
    const key = hash(id);
    if (key.high === 0 && key.low === 0) key.low = 1;
    return key;
  };

  return {
    get(id) {
      const { high, low } = keyOf(id);
      for (const table of tables) {
        const place = placeOf(table, high, low);
        if (!isFree(table, place)) return table.digests[place];
      }
      return undefined;
    },
    set(id, digest) {
      let table = tables[0] as Table;
      if (table.size >= perGeneration) {
        table = createTable(firstCapacity);
        tables.unshift(table);
        if (tables.length > generations) tables.pop();
      } else if (table.size * 3 >= table.digests.length * 2) {
        table = grown(table);
        tables[0] = table;
      }
      const { high, low } = keyOf(id);
      put(table, high, low, digest);
    },
    digestOf(text, from, to) {
      const { high, low } = hash(text, from, to);
      return (high & 0x1fffff) * 4_294_967_296 + low || 1;
    },
    get size() {
      return tables.reduce((sum, table) => sum + table.size, 0);
    },
    get bytes() {
      return tables.reduce((sum, { keys, digests }) => sum + keys.byteLength + digests.byteLength, 0);
    },
  };
}
