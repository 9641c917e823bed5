import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeParameters, parseParams } from '../../../engine/models/parameters.ts';

const params = z.strictObject({
  factors: z.number().int().min(2).max(512).default(64).describe('How many.'),
  rate: z.number().gt(0).max(10).default(0.1).describe('How fast.'),
  bias: z.boolean().default(true).describe('Whether.'),
  loss: z.enum(['softmax', 'bpr']).default('softmax').describe('Which.'),
  hidden: z.array(z.number().int().min(1)).default([]).describe('Which sizes.'),
});
const model = { id: 'example', params };

test('a schema tells the form everything: kind, default, bounds, choices', () => {
  expect(describeParameters(params)).toEqual([
    { name: 'factors', kind: 'integer', description: 'How many.', default: 64, minimum: 2, maximum: 512 },
    { name: 'rate', kind: 'number', description: 'How fast.', default: 0.1, minimum: 0, maximum: 10 },
    { name: 'bias', kind: 'boolean', description: 'Whether.', default: true },
    { name: 'loss', kind: 'choice', description: 'Which.', default: 'softmax', choices: ['softmax', 'bpr'] },
    { name: 'hidden', kind: 'integers', description: 'Which sizes.', default: [] },
  ]);
});

test('what is not given takes its default; text becomes what the parameter wants', () => {
  expect(parseParams(model, { factors: '32', bias: 'false', hidden: '64,32', loss: 'bpr' })).toEqual({
    factors: 32,
    rate: 0.1,
    bias: false,
    loss: 'bpr',
    hidden: [64, 32],
  });
  expect(parseParams(model, { hidden: '' }).hidden).toEqual([]);
});

test.each([
  [{ factors: 1 }, '"factors"'],
  [{ factors: 'abc' }, '"factors"'],
  [{ bias: 'yes' }, '"bias"'],
  [{ loss: 'hinge' }, '"loss"'],
  [{ hidden: '64,x' }, '"hidden"'],
  [{ factor: 1 }, '"factor". It has: factors, rate, bias, loss, hidden'],
])('%j is refused by the parameter’s name', (raw, message) => {
  expect(() => parseParams(model, raw)).toThrow(message);
  expect(() => parseParams(model, raw)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});

test.each([
  [{ factors: 1 }, 'factors must be at least 2, not 1.'],
  [{ factors: '2.5' }, 'factors must be a whole number, not 2.5.'],
  [{ rate: 0 }, 'rate must be more than 0, not 0.'],
  [{ factors: 'abc' }, 'factors must be a number, not "abc".'],
  [{ bias: 'yes' }, 'bias must be true or false, not "yes".'],
  [{ loss: 'hinge' }, 'loss must be "softmax" or "bpr", not "hinge".'],
])('%j is refused in words', (raw, words) => {
  expect(() => parseParams(model, raw)).toThrow(words);
});

test('a list may be written with its brackets; what is no number in it is shown as it was written', () => {
  expect(parseParams(model, { hidden: '[64, 32]' }).hidden).toEqual([64, 32]);
  expect(() => parseParams(model, { hidden: '64,x' })).toThrow('hidden.1 must be a number, not "x".');
});
