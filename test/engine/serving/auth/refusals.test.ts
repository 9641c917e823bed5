import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AuditFact } from '../../../../engine/security/audit-log.ts';
import { createRefusalNotes, type Refusal } from '../../../../engine/serving/auth/refusals.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function notes() {
  const counted: Refusal[] = [];
  const written: AuditFact[] = [];
  return { counted, written, ...createRefusalNotes({ count: (reason) => counted.push(reason), write: (fact) => written.push(fact) }) };
}
const fact = (actor: string) => ({ actor, target: 'GET /x', outcome: 'no' });

test('each refusal is counted; of one source one a minute is written, with how many were not', () => {
  const { note, counted, written } = notes();
  for (let i = 0; i < 1000; i++) note('wrong_key', 'a', fact('a'));
  note('role', 'b', fact('b'));
  expect(counted).toHaveLength(1001);
  expect(written).toEqual([
    { actor: 'a', action: 'refused', target: 'GET /x', outcome: 'no' },
    { actor: 'b', action: 'refused', target: 'GET /x', outcome: expect.stringMatching(/^no; 999 more/) },
  ]);
  vi.advanceTimersByTime(60_000);
  note('wrong_key', 'a', fact('a'));
  expect(written[2]).toMatchObject({ actor: 'a', outcome: 'no' });
});

test('a flood from everywhere is written of in bounds', () => {
  const { note, counted, written } = notes();
  for (let minute = 0; minute < 60; minute++) {
    for (let i = 0; i < 200; i++) note('wrong_key', `${minute}.${i}`, fact(`${minute}.${i}`));
    vi.advanceTimersByTime(60_000);
  }
  expect(counted).toHaveLength(12_000);
  expect(written.length).toBeLessThanOrEqual(120);
  expect(written.length).toBeGreaterThanOrEqual(110);
});
