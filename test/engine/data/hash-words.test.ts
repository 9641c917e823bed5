import { expect, test } from 'vitest';
import { hashTexts, hashWord, wordsOf } from '../../../engine/data/hash-words.ts';

test('words are runs of letters and digits of any script, in lower case', () => {
  expect(wordsOf('Toy Story (1995)')).toEqual(['toy', 'story', '1995']);
  expect(wordsOf('Amélie—Straße 東京')).toEqual(['amélie', 'straße', '東京']);
  expect(wordsOf(' … ')).toEqual([]);
});

test('a word has the same hash everywhere and always', () => {
  // Worked out by hand-written Python of FNV-1a and the mixing: a change would make saved models mean something else.
  expect(['toy', 'story', ''].map(hashWord)).toEqual([1551259160, 956371585, 1572119809]);
});

test('texts become lists of buckets; what one text alone has is left out', () => {
  const [blue, sea] = ['blue', 'sea'].map((word) => hashWord(word) % 1000) as [number, number];
  const { offsets, codes } = hashTexts(['Blue sea', null, 'SEA sea, blue!', 'lonely'], 1000);
  expect([...offsets]).toEqual([0, 2, 2, 4, 4]);
  expect([...codes]).toEqual([...[blue, sea].sort((a, b) => a - b), ...[blue, sea].sort((a, b) => a - b)]);
});
