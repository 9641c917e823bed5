import type { z } from 'zod';
import type { Explanation, Source } from '#contract/api/recommend-routes';
import type { AttributeColumns, Matrix } from '../math/arrays.ts';

type Explained = z.infer<typeof Explanation>;

/** So many items of a history explain an item, and so many values of an attribute are named. */
const reasons = 2;
const valuesNamed = 5;
/** Less than this is no likeness to speak of. */
const leastCosine = 0.1;

function nearest(item: number, history: readonly number[], { columns, data }: Matrix): { row: number; similarity: number }[] {
  const found: { row: number; similarity: number }[] = [];
  for (const row of history) {
    if (row === item) continue;
    let cosine = 0;
    for (let i = 0; i < columns; i++) cosine += (data[item * columns + i] as number) * (data[row * columns + i] as number);
    if (cosine >= leastCosine) found.push({ row, similarity: cosine });
  }
  return found.sort((a, b) => b.similarity - a.similarity || a.row - b.row).slice(0, reasons);
}

/** Values that an item shares with some others, by attribute. */
function sharedValues({ categories, lists }: AttributeColumns, item: number, others: readonly number[]): Record<string, string[]> {
  const shared: [string, string[]][] = [];
  for (const { name, vocabulary, codes } of categories) {
    const code = codes[item] as number;
    if (code >= 0 && others.some((row) => codes[row] === code)) shared.push([name, [vocabulary[code] as string]]);
  }
  for (const { name, vocabulary, offsets, codes } of lists) {
    const theirs = new Set(others.flatMap((row) => [...codes.subarray(offsets[row], offsets[row + 1])]));
    const both = [...codes.subarray(offsets[item], offsets[item + 1])].filter((code) => theirs.has(code)).slice(0, valuesNamed);
    if (both.length > 0) shared.push([name, both.map((code) => vocabulary[code] as string)]);
  }
  return Object.fromEntries(shared);
}

const joined = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const bySource: Record<Source, string> = {
  ranker: 'The ranking model puts it here; nothing that the user has had is like it.',
  retrieval: 'It is near to what the user likes; nothing that they have had is like it.',
  cached: 'It was in the list made for this user before.',
  popularity: 'Popular with everybody.',
  random: 'Chosen by chance.',
};

/**
 * Why an item is in a list: what the user has had that is nearest to it by cosine, and the attribute values that it shares with these.
 * @param unit item vectors of length 1
 */
export function explain(
  item: number,
  from: { history: readonly number[]; unit: Matrix; attributes: AttributeColumns; itemIds: readonly string[]; source: Source },
): Explained {
  const because = nearest(item, from.history, from.unit);
  const shared = sharedValues(
    from.attributes,
    item,
    because.map(({ row }) => row),
  );
  const named = because.map(({ row, similarity }) => ({ item_id: from.itemIds[row] as string, similarity }));
  const both = Object.entries(shared).map(([name, values]) => `${name} ${joined(values)}`);
  const text =
    named.length === 0
      ? bySource[from.source]
      : `Like ${joined(named.map(({ item_id: id }) => id))}, which the user has had${both.length > 0 ? `; they share ${joined(both)}` : ''}.`;
  return { because: named, shared, text };
}
