import { expect, test } from 'vitest';
import type { Parameter } from '#contract/model';
import { defaultText, fieldLabel, rangeText, readField, readForm, toggled } from '../../../renderer/components/form-logic.ts';

const factors: Parameter = { name: 'factors', kind: 'integer', description: '', default: 64, minimum: 8, maximum: 512 };
const rate: Parameter = { name: 'learningRate', kind: 'number', description: '', default: 0.1, minimum: 0 };
const layers: Parameter = { name: 'hiddenLayers', kind: 'integers', description: '', default: [64, 32], minimum: 1 };
const optimizer: Parameter = { name: 'optimizer', kind: 'choice', description: '', default: 'adagrad', choices: ['adagrad', 'adam'] };
const logQ: Parameter = { name: 'logQ', kind: 'boolean', description: '', default: true };

test('each kind of parameter becomes its value', () => {
  expect(readField(factors, ' 128 ')).toEqual({ ok: true, value: 128 });
  expect(readField(rate, '1e-3')).toEqual({ ok: true, value: 0.001 });
  expect(readField(layers, '128, 64')).toEqual({ ok: true, value: [128, 64] });
  expect(readField(layers, '')).toEqual({ ok: true, value: [] });
  expect(readField(optimizer, 'adam')).toEqual({ ok: true, value: 'adam' });
  expect(readField(logQ, 'false')).toEqual({ ok: true, value: false });
});

test('what is wrong with a field is said with its range', () => {
  expect(readField(factors, '12.5')).toEqual({ ok: false, problem: 'Enter a whole number, 8 to 512.' });
  expect(readField(factors, '4')).toEqual({ ok: false, problem: 'Out of range: 8 to 512.' });
  expect(readField(rate, '')).toEqual({ ok: false, problem: 'Enter a number, at least 0.' });
  expect(readField(rate, 'Infinity')).toEqual({ ok: false, problem: 'Enter a number, at least 0.' });
  expect(readField(layers, '64, x')).toEqual({ ok: false, problem: 'Enter whole numbers with commas between them, each at least 1.' });
  expect(readField(optimizer, 'sgd')).toMatchObject({ ok: false });
});

test('a form gives only what differs from the defaults, and every problem by name', () => {
  const all = [factors, rate, layers, optimizer, logQ];
  expect(readForm(all, {})).toEqual({ params: {}, problems: {} });
  expect(readForm(all, { factors: '32', logQ: 'false', hiddenLayers: '64, 32' })).toEqual({
    params: { factors: 32, logQ: false },
    problems: {},
  });
  expect(readForm(all, { factors: 'many', learningRate: '0.2' })).toEqual({
    params: { learningRate: 0.2 },
    problems: { factors: 'Enter a whole number, 8 to 512.' },
  });
});

test('defaults, ranges and labels are readable', () => {
  expect(defaultText(layers)).toBe('64, 32');
  expect(rangeText({ minimum: 0.00001, maximum: 4_294_967_295 })).toBe('1e-5 to 4.294967295e+9');
  expect(fieldLabel('learningRate')).toBe('Learning rate');
  expect(fieldLabel('logQ')).toBe('LogQ');
  expect(fieldLabel('halfLifeDays')).toBe('Half life days');
});

const several: Parameter = {
  name: 'models',
  kind: 'choices',
  description: '',
  default: ['a', 'b'],
  choices: ['a', 'b', 'c'],
  minimum: 2,
  maximum: 3,
};
const free: Parameter = { name: 'settings', kind: 'json', description: '', default: {} };

test('a list of choices keeps the order in which they were chosen, and says how many there must be', () => {
  expect(toggled(defaultText(several), 'c')).toBe('a, b, c');
  expect(toggled('a, b, c', 'a')).toBe('b, c');
  expect(readField(several, 'c, a')).toEqual({ ok: true, value: ['c', 'a'] });
  expect(readField(several, 'c')).toEqual({ ok: false, problem: 'Choose 2 to 3.' });
  expect(readField(several, 'a, z')).toEqual({ ok: false, problem: '"z" is not in the list.' });
});

test('free settings are JSON', () => {
  expect(defaultText(free)).toBe('{}');
  expect(readField(free, '{"a": {"b": 1}}')).toEqual({ ok: true, value: { a: { b: 1 } } });
  expect(readField(free, '{a}')).toEqual({ ok: false, problem: 'Enter JSON, such as {}.' });
});
