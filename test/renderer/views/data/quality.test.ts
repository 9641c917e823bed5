import { expect, test } from 'vitest';
import type { QualityCheck } from '#contract/quality';
import { fixText, inOrder, summaryText } from '../../../../renderer/views/data/quality/quality-text.ts';

const check = (id: string, level: QualityCheck['level'], count = 0): QualityCheck => ({
  ...{ id, title: 'Repeats', why: 'Why.', level, count, unit: 'rows', example: null, sql: 'SELECT 1', advice: 'The first stays.' },
  fix: count > 0 ? { label: 'Take them out' } : null,
});

test('what needs a look comes first, and otherwise the order stays', () => {
  const order = inOrder([check('a', 'good'), check('b', 'known', 2), check('c', 'look', 1), check('d', 'look', 9)]).map(({ id }) => id);
  expect(order).toEqual(['c', 'd', 'b', 'a']);
});

test('a report in a line', () => {
  expect(summaryText([check('a', 'good'), check('b', 'look', 1)])).toBe('1 of 2 checks needs a look');
  expect(summaryText([check('a', 'good')])).toBe('1 check, none needs a look');
});

test('what is confirmed says how much and what then', () => {
  expect(fixText(check('a', 'look', 1200))).toBe(
    'Repeats: 1,200 rows. Take them out? The first stays. Undo fix brings back what was there.',
  );
});
