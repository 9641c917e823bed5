import { expect, test } from 'vitest';
import { type ListedPairs, scoreLists } from '../../../engine/evaluation/score.ts';

function pairs(rows: [string, string, number?][], kind: 'ranks' | 'values' | 'none' = 'none'): ListedPairs {
  const numbers = Float64Array.from(rows, ([, , number]) => number ?? Number.NaN);
  return {
    users: rows.map(([user]) => user),
    items: rows.map(([, item]) => item),
    ranks: kind === 'ranks' ? numbers : null,
    values: kind === 'values' ? numbers : null,
  };
}

const train = pairs([
  ['u1', 'a'],
  ['u2', 'b'],
]);

test('ranks decide the order, whatever the order of the file', () => {
  const held = pairs([['u1', 'b']]);
  const lists = pairs(
    [
      ['u1', 'c', 2],
      ['u1', 'b', 1],
    ],
    'ranks',
  );
  expect(scoreLists({ train, test: held, recommendations: lists }, [1]).metrics['hit-rate@1']).toBe(1);
});

test('without ranks the higher value comes first', () => {
  const held = pairs([['u1', 'b']]);
  const lists = pairs(
    [
      ['u1', 'c', 0.1],
      ['u1', 'b', 0.9],
    ],
    'values',
  );
  expect(scoreLists({ train, test: held, recommendations: lists }, [1]).metrics['hit-rate@1']).toBe(1);
});

test('a training item takes no place in a list', () => {
  const held = pairs([['u1', 'b']]);
  const lists = pairs(
    [
      ['u1', 'a', 1],
      ['u1', 'b', 2],
    ],
    'ranks',
  );
  expect(scoreLists({ train, test: held, recommendations: lists }, [1]).metrics['hit-rate@1']).toBe(1);
});

test('a user without a list counts with zeros', () => {
  const held = pairs([
    ['u1', 'b'],
    ['u2', 'a'],
  ]);
  const lists = pairs([['u1', 'b', 1]], 'ranks');
  const { metrics, errors, users } = scoreLists({ train, test: held, recommendations: lists }, [1]);
  expect(users).toBe(2);
  expect(metrics['recall@1']).toBe(0.5);
  // Values 1 and 0: standard deviation √½, over √2 users.
  expect(errors['recall@1']).toBeCloseTo(Math.sqrt(0.5) / Math.sqrt(2), 12);
});

test('a test pair that is in training counts for nothing', () => {
  const held = pairs([
    ['u1', 'a'],
    ['u1', 'b'],
  ]);
  const lists = pairs([['u1', 'b', 1]], 'ranks');
  expect(scoreLists({ train, test: held, recommendations: lists }, [1]).metrics['recall@1']).toBe(1);
});

test('files that have nobody in common are refused in words', () => {
  expect(() => scoreLists({ train, test: pairs([]), recommendations: pairs([]) }, [1])).toThrow(/No user of the test file/);
});

test('ids that are names of object keys are ids like any other', () => {
  const held = pairs([['__proto__', 'constructor']]);
  const lists = pairs([['__proto__', 'constructor', 1]], 'ranks');
  expect(scoreLists({ train, test: held, recommendations: lists }, [1]).metrics['mrr@1']).toBe(1);
});

test('what was left out is counted, and what counted though training does not know it', () => {
  const held = pairs([
    ['u1', 'b'],
    ['u1', 'b'], // again: counts once
    ['u1', 'a'], // in training
    ['u2', 'b'], // in training, and all that u2 has
    ['u3', 'x'], // a user and an item that training does not know, and no list
  ]);
  const { users, items, counts } = scoreLists({ train, test: held, recommendations: pairs([['u1', 'b', 1]], 'ranks') }, [1]);
  expect(items).toBe(new Set([...train.items, ...held.items, 'b']).size);
  expect(users).toBe(2);
  expect(counts).toEqual({
    testRowsInTraining: 2,
    testRowsRepeated: 1,
    usersLeftOut: 1,
    usersWithoutTraining: 1,
    usersWithoutList: 1,
    itemsWithoutTraining: 1,
  });
});
