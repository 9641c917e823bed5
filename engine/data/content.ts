import type { Content } from './source.ts';

const empty = new Set(['', '\\N']);
/** What says among numbers and dates that nothing is known; among words it is a word. */
const unknown = new Set(['nan', 'null', 'none', 'na', 'n/a']);

const isEmpty = (value: string | null): boolean => value === null || empty.has(value.trim());

function isMissing(value: string | null): boolean {
  return value === null || isEmpty(value) || unknown.has(value.trim().toLowerCase());
}

const isoTime = /^\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|UTC|[+-]\d{2}(:?\d{2})?)?)?$/;

/** What the cells of a column hold; it takes nearly all of them to be sure, so that a few broken ones do not decide. */
export function contentOf(values: (string | null)[]): Content {
  const present = values.filter((value): value is string => !isMissing(value));
  if (present.length === 0) return values.every(isEmpty) ? 'empty' : 'text';
  const share = (test: (value: string) => boolean): number => present.filter(test).length / present.length;
  if (share((value) => /^[+-]?(inf(inity)?|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)$/i.test(value.trim())) >= 0.8) return 'number';
  if (share((value) => isoTime.test(value.trim())) >= 0.8) return 'time';
  if (share((value) => /^\[.*\]$/s.test(value.trim())) >= 0.8) return 'list';
  return 'text';
}

/** Steps a second in which whole numbers count the time since 1970, from a middle value; null where they count no time of 1990 to 2100. */
export function timeUnit(values: (string | null)[]): { perSecond: number; name: string } | null {
  const numbers = values
    .filter((value): value is string => !isMissing(value))
    .map(Number)
    .filter((value) => Number.isFinite(value))
    .sort((a, b) => a - b);
  const middle = numbers[numbers.length >> 1];
  if (middle === undefined) return null;
  const units: [number, string][] = [
    [1, 'seconds'],
    [1e3, 'milliseconds'],
    [1e6, 'microseconds'],
    [1e9, 'nanoseconds'],
  ];
  for (const [perSecond, name] of units) {
    if (middle >= 0.63e9 * perSecond && middle < 4.2e9 * perSecond) return { perSecond, name };
  }
  return null;
}
