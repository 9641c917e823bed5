import { expect, test } from 'vitest';
import { assertRequired, parseArguments } from '../../../engine/cli/arguments.ts';

test('flags become values of their kind, in camel case', () => {
  const parsed = parseArguments(['w', '--test-file', 'f.csv', '--k', '5,10', '--seed', '7', '--json'], {
    'test-file': { kind: 'text', help: '' },
    k: { kind: 'integers', help: '' },
    seed: { kind: 'integer', help: '' },
    json: { kind: 'switch', help: '' },
  });
  expect(parsed).toEqual({ positionals: ['w'], flags: { testFile: 'f.csv', k: [5, 10], seed: 7, json: true } });
});

test('a parameter may be given again and again, and its value may hold commas', () => {
  const { flags } = parseArguments(['--set', 'hidden=64,32', '--set', 'epochs=3'], { set: { kind: 'pairs', help: '' } });
  expect(flags.set).toEqual({ hidden: '64,32', epochs: '3' });
});

test('a mapping is given in one go, with commas', () => {
  const { flags } = parseArguments(['--map', 'user=who,item=what'], { map: { kind: 'pairs', help: '' } });
  expect(flags.map).toEqual({ user: 'who', item: 'what' });
});

test('weights are numbers', () => {
  const { flags } = parseArguments(['--weights', 'view=0.1,buy=2'], { weights: { kind: 'numberPairs', help: '' } });
  expect(flags.weights).toEqual({ view: 0.1, buy: 2 });
});

test.each([
  [['--k', 'ten'], /--k wants a whole number, not "ten"/],
  [['--k', '1.5'], /--k wants a whole number/],
  [['--k', ''], /--k wants a whole number/],
  [['--wat', '1'], /Unknown option '--wat'/],
])('%j is refused in words', (words, message) => {
  expect(() => parseArguments(words, { k: { kind: 'integer', help: '' } })).toThrow(message);
});

test('a flag that is needed and missing is named', () => {
  expect(() => assertRequired('train', { model: { kind: 'text', help: 'the model', required: true } }, {})).toThrow(
    'train needs --model (the model).',
  );
});
