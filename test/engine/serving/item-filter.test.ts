import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../../engine/serving/filter-expression.ts';
import { createItemFilters } from '../../../engine/serving/item-filter.ts';
import { sampleContents } from '../bundles/sample-contents.ts';

// Item i: category even or odd; tags t0 to t4, and `third` where 3 divides i; price i.
const items = sampleContents({ items: 12 }).attributes.items;
const rowsOf = (text: string) => {
  const { allowed, count } = createItemFilters(items)(text);
  const rows = [...allowed.keys()].filter((row) => allowed[row] === 1);
  expect(count).toBe(rows.length);
  return rows;
};

test.each([
  ['category:even', [0, 2, 4, 6, 8, 10]],
  ['category=even', [0, 2, 4, 6, 8, 10]],
  ['category != even', [1, 3, 5, 7, 9, 11]],
  ['NOT category:even', [1, 3, 5, 7, 9, 11]],
  ['price<3', [0, 1, 2]],
  ['price <= 3', [0, 1, 2, 3]],
  ['price>9', [10, 11]],
  ['price>=9', [9, 10, 11]],
  ['price:7', [7]],
  ['price!=7', [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11]],
  ['price IN (1, 5, 99)', [1, 5]],
  ['tags:third', [0, 3, 6, 9]],
  ['tags!=third', [1, 2, 4, 5, 7, 8, 10, 11]],
  ['tags IN (t0, t1)', [0, 1, 5, 6, 10, 11]],
  ['category:odd AND price<4', [1, 3]],
  ['category:odd and price<4', [1, 3]],
  // AND binds closer than OR.
  ['price:0 OR category:odd AND price<4', [0, 1, 3]],
  ['(price:0 OR category:odd) AND price<4', [0, 1, 3]],
  ['(price<2 OR price>9) AND NOT category:odd', [0, 10]],
  ['category:"even"', [0, 2, 4, 6, 8, 10]],
  ['"category":"no such word"', []],
  ['category:__proto__', []],
])('%s', (text, expected) => {
  expect(rowsOf(text)).toEqual(expected);
});

describe('what is missing passes no comparison, and NOT of it', () => {
  const columns = {
    rows: 2,
    categories: [{ name: 'c', vocabulary: ['x'], codes: Int32Array.of(0, -1) }],
    lists: [],
    numbers: [{ name: 'n', values: Float64Array.of(1, Number.NaN) }],
  };
  test.each([
    ['c:x', [1, 0]],
    ['c!=x', [0, 0]],
    ['NOT c:x', [0, 1]],
    ['n>0', [1, 0]],
    ['n!=5', [1, 0]],
    ['NOT n>0', [0, 1]],
  ])('%s', (text, marks) => {
    expect([...createItemFilters(columns)(text).allowed]).toEqual(marks);
  });
});

test('times are written as dates', () => {
  const columns = {
    rows: 2,
    categories: [],
    lists: [],
    numbers: [{ name: 'published', values: Float64Array.of(Date.UTC(2024, 0, 1), Date.UTC(2025, 0, 1)) }],
  };
  expect([...createItemFilters(columns)('published >= 2024-06-01').allowed]).toEqual([0, 1]);
});

test.each([
  ['', /at its end.*name of an attribute/],
  ['category', /at its end.*one of/],
  ['category:', /at its end.*value is missing/],
  ['category:even AND', /at its end.*name/],
  ['category:even price<3', /at character 15.*AND or OR is missing/],
  ['(category:even', /at its end.*parenthesis is not closed/],
  ['category:even)', /at character 14/],
  ['category:"even', /at character 10.*quote/],
  ['price IN 3', /at character 10.*parentheses/],
  ['price IN (3', /at its end.*not closed/],
  ['brand:x', /names "brand", which no item has\. Items have category, price, stock, tags/],
  ['price<cheap', /compares price with "cheap"/],
  ['category<3', /category by <, but its values are words/],
  ['!', /at character 1/],
  [`${'('.repeat(30)}price:1${')'.repeat(30)}`, /nested more than 20 deep/],
  [`${'NOT '.repeat(30)}price:1`, /nested more than 20 deep/],
])('%s is refused in words', (text, words) => {
  expect(() => createItemFilters(items)(text)).toThrow(words);
});

test('quotes keep what is special, and may be escaped', () => {
  expect(parseFilter('"a b":"say \\"hi\\" (now)"')).toEqual({ kind: 'compare', name: 'a b', operator: ':', values: ['say "hi" (now)'] });
});
