import { expect, test } from 'vitest';
import { splitOf } from '../../../engine/cli/split-flags.ts';

test.each([
  [{}, undefined],
  [{ split: 'temporal' }, { kind: 'temporal', testShare: 0.2 }],
  [{ testShare: 0.1 }, { kind: 'temporal', testShare: 0.1 }],
  [
    { split: 'ratio', testShare: 0.3 },
    { kind: 'ratio', testShare: 0.3 },
  ],
  [{ split: 'leave-last-out' }, { kind: 'leave-last-out' }],
  [{ testFile: 'test.csv' }, { kind: 'file', path: 'test.csv' }],
])('%j is the split %j', (flags, split) => {
  expect(splitOf(flags)).toEqual(split);
});

test.each([
  [{ split: 'file' }, /needs --test-file/],
  [{ split: 'ratio', testFile: 'test.csv' }, /goes with --split file/],
  [{ split: 'random' }, /not "random"/],
])('%j is refused', (flags, words) => {
  expect(() => splitOf(flags)).toThrow(words);
});
