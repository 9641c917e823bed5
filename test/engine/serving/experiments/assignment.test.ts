import { expect, test } from 'vitest';
import { armOf } from '../../../../engine/serving/experiments/assignment.ts';

const ids = Array.from({ length: 100_000 }, (_, at) => `user-${at}`);
/** χ² of two cells. The 99.9 % point of one degree of freedom is 10.83. */
const chiSquare = (count: number, total: number, share: number): number => (count - total * share) ** 2 / (total * share * (1 - share));
const inTreatment = (experiment: string, share: number) => ids.filter((id) => armOf(experiment, id, share) === 'treatment');

test.each([0.5, 0.2, 0.01])('100,000 users are dealt by the share %d', (share) => {
  expect(chiSquare(inTreatment('exp-1', share).length, ids.length, share)).toBeLessThan(10.83);
});

test('another experiment deals anew: half of the one are half of the other', () => {
  const first = inTreatment('exp-1', 0.5);
  const both = first.filter((id) => armOf('exp-2', id, 0.5) === 'treatment');
  expect(chiSquare(both.length, first.length, 0.5)).toBeLessThan(10.83);
});

test('who is in a small share is in a larger one, too', () => {
  const larger = new Set(inTreatment('exp-1', 0.5));
  expect(inTreatment('exp-1', 0.05).filter((id) => !larger.has(id))).toEqual([]);
});

test('an arm never changes, on whatever machine: it is that of SHA-256', () => {
  // sha256("exp-1\0u0") begins with 70819c45, which is 0.4395 of 2^32; "u3" gives ae2b173e, "é" a5e80c50.
  expect([0.4394, 0.4396].map((share) => armOf('exp-1', 'u0', share))).toEqual(['control', 'treatment']);
  expect(['u3', 'é'].map((id) => armOf('exp-1', id, 0.5))).toEqual(['control', 'control']);
  expect(['u3', 'é'].map((id) => armOf('exp-1', id, 0.67))).toEqual(['control', 'treatment']);
});
