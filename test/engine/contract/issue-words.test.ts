import { expect, test } from 'vitest';
import { z } from 'zod';
import { explainIssues } from '../../../engine/contract/issue-words.ts';
import { routes } from '../../../engine/contract/routes.ts';

function sentence(schema: z.ZodType, value: unknown): string {
  const parsed = schema.safeParse(value);
  if (parsed.success) throw new Error('It fits.');
  return explainIssues(parsed.error, value, 'The body').sentence;
}

test.each<[z.ZodType, unknown, string]>([
  [z.object({ user_id: z.string() }), {}, 'user_id is missing'],
  [z.object({ user_id: z.string() }), { user_id: null }, 'user_id must be text, not null'],
  [z.object({ user_id: z.string() }), [], 'The body must be an object with fields, not a list'],
  [z.object({ user_id: z.string() }), undefined, 'The body is missing'],
  [z.object({ name: z.string().min(1) }), { name: '' }, 'name must not be empty'],
  [z.object({ name: z.string().max(3) }), { name: 'long' }, 'name must have at most 3 characters, not "long"'],
  [z.object({ ks: z.array(z.number().int().min(1)).min(1) }), { ks: [] }, 'ks must not be empty'],
  [z.object({ ks: z.array(z.number().int().min(1)).max(1) }), { ks: [1, 2] }, 'ks must have at most 1 entry'],
  [z.object({ ks: z.array(z.number().int().min(1)) }), { ks: [5, 0] }, 'ks.1 must be at least 1, not 0'],
  [z.object({ k: z.number().int() }), { k: 1.5 }, 'k must be a whole number, not 1.5'],
  [z.object({ k: z.number().gt(0).lt(1) }), { k: 1 }, 'k must be less than 1, not 1'],
  [z.object({ kind: z.enum(['auto', 'exact', 'hnsw']) }), { kind: 'x' }, 'kind must be "auto", "exact" or "hnsw", not "x"'],
  [z.object({ minValue: z.union([z.number(), z.literal('auto')]) }), { minValue: true }, 'minValue must be a number or "auto", not true'],
  [z.strictObject({ a: z.number() }), { a: 1, b: 2 }, 'The body does not take the field "b"'],
  [z.object({ a: z.number().refine((a) => a > 1, 'it is small') }), { a: 1 }, 'a: it is small'],
])('what does not fit is said in words (%#)', (schema, value, words) => {
  expect(sentence(schema, value)).toBe(words);
});

test('of one event or many, the nearer shape is the one that is spoken of', () => {
  expect(sentence(routes.events.body, { item_id: 'a' })).toBe('user_id is missing');
  expect(sentence(routes.events.body, { user_id: 'u' })).toBe('item_id is missing');
  expect(sentence(routes.events.body, [{ user_id: 'u', item_id: 'a' }, { item_id: 'a' }])).toBe('1.user_id is missing');
  expect(sentence(routes.events.body, [])).toBe('The body must not be empty');
  expect(sentence(routes.events.body, 7)).toBe('The body must be an object with fields or a list, not 7');
});
