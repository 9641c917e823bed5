import { linesOf, wholeLines } from '../relation.ts';
import { type Format, hasEnding } from './format.ts';
import { demandText, rowsOfHead } from './text.ts';

/** Ids of the first lines. */
function firstLines(text: string): string[][] {
  const lines = text.split('\n').slice(0, 200);
  // The last one may be cut off where the head of the file ends.
  return (lines.length > 1 ? lines.slice(0, -1) : lines).map((line) => line.trim().split(/[ \t]+/)).filter((ids) => ids[0] !== '');
}

/** A table of so many rows whose first column counts up by one is none: in a table users come back. */
const leastCounted = 3;

/**
 * Lines of whole numbers by blanks: `user item item …`, the layout of the published splits of LightGCN and others. They differ in length, or where all users have
 * as many items, the users count up by one from line to line.
 */
export function isAdjacency(text: string): boolean {
  const lines = firstLines(text);
  if (!lines.every((ids) => ids.every((id) => /^\d+$/.test(id)))) return false;
  if (new Set(lines.map((ids) => ids.length)).size > 1) return true;
  const users = lines.map(([user]) => Number(user));
  return (
    lines.length >= leastCounted &&
    (lines[0]?.length ?? 0) > 1 &&
    users.every((user, at) => at === 0 || user === (users[at - 1] as number) + 1)
  );
}

/** One interaction for each item of a line. A user without items has none. */
export const adjacency: Format = {
  id: 'adjacency',
  label: 'Adjacency lists (user item item …)',
  endings: ['.txt'],
  claims: (file) => hasEnding(adjacency, file.name) && file.entityByName === undefined && isAdjacency(file.head.text),
  async open(file) {
    demandText(file);
    const sample = firstLines(file.head.text).flatMap(([user, ...items]) => items.map((item) => [user as string, item]));
    return {
      reading: {
        relation: (readPath) => `(SELECT ids[1] AS user_id, unnest(ids[2:]) AS item_id
    FROM (SELECT regexp_split_to_array(trim(line, ' \t'), '[ \t]+') AS ids FROM ${linesOf(readPath)} WHERE line IS NOT NULL))`,
        cells: 'read',
        records: wholeLines,
      },
      names: ['user_id', 'item_id'],
      sample: sample.slice(0, 200),
      header: true,
      entity: 'interactions',
      declared: { user_id: 'category', item_id: 'category' },
      expectedRows: rowsOfHead(file.head),
    };
  },
};
