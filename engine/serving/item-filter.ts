import { EngineError } from '#contract/errors';
import type { AttributeColumns } from '../math/arrays.ts';
import { type Condition, type Operator, parseFilter } from './filter-expression.ts';

/** The items that a filter lets through. */
export interface ItemFilter {
  /** 1 for each row that passes. */
  allowed: Uint8Array;
  count: number;
}

type Marks = Uint8Array;

const holds: Record<Operator, (value: number, limit: number) => boolean> = {
  ':': (value, limit) => value === limit,
  '!=': (value, limit) => value !== limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

/** A number, or a time in ISO 8601 as milliseconds since 1970. */
function numberOf(text: string, name: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(time)) return time;
  throw new EngineError('invalid_input', `The filter compares ${name} with ${JSON.stringify(text)}; ${name} is a number or a time.`, {
    field: 'filter',
  });
}

function orderOnly(operator: Operator, name: string): never {
  throw new EngineError(
    'invalid_input',
    `The filter compares ${name} by ${operator}, but its values are words: they can be equal (:) or not (!=).`,
    { field: 'filter' },
  );
}

/** Codes of the words that are asked for; what nobody has passes nobody. */
function wantedCodes(vocabulary: readonly string[], values: readonly string[]): Uint8Array {
  const wanted = new Uint8Array(vocabulary.length);
  const words = new Set(values);
  vocabulary.forEach((word, code) => {
    if (words.has(word)) wanted[code] = 1;
  });
  return wanted;
}

function compare(columns: AttributeColumns, { name, operator, values }: Extract<Condition, { kind: 'compare' }>): Marks {
  const { rows } = columns;
  const marks = new Uint8Array(rows);
  const number = columns.numbers.find((column) => column.name === name);
  if (number) {
    const limits = values.map((value) => numberOf(value, name));
    const test = holds[operator];
    // What is not known is not less, not more, and not equal; it is not "not equal" either.
    for (let row = 0; row < rows; row++) {
      const value = number.values[row] as number;
      if (!Number.isNaN(value) && limits.some((limit) => test(value, limit))) marks[row] = 1;
    }
    return marks;
  }
  const category = columns.categories.find((column) => column.name === name);
  const list = columns.lists.find((column) => column.name === name);
  if (!category && !list) {
    const known = [...columns.categories, ...columns.lists, ...columns.numbers].map((column) => column.name).sort();
    throw new EngineError(
      'invalid_input',
      `The filter names ${JSON.stringify(name)}, which no item has. ${known.length > 0 ? `Items have ${known.join(', ')}.` : 'The served bundle has no attributes: import items with some, and build it again.'}`,
      { field: 'filter' },
    );
  }
  if (operator !== ':' && operator !== '!=') orderOnly(operator, name);
  const equal = operator === ':' ? 1 : 0;
  if (category) {
    const wanted = wantedCodes(category.vocabulary, values);
    for (let row = 0; row < rows; row++) {
      const code = category.codes[row] as number;
      if (code >= 0 && wanted[code] === equal) marks[row] = 1;
    }
  } else if (list) {
    const wanted = wantedCodes(list.vocabulary, values);
    for (let row = 0; row < rows; row++) {
      let has = 0;
      for (let at = list.offsets[row] as number; at < (list.offsets[row + 1] as number); at++)
        has |= wanted[list.codes[at] as number] as number;
      if (has === equal) marks[row] = 1;
    }
  }
  return marks;
}

function evaluate(columns: AttributeColumns, condition: Condition): Marks {
  if (condition.kind === 'compare') return compare(columns, condition);
  if (condition.kind === 'not') return evaluate(columns, condition.part).map((mark) => 1 - mark);
  const [first, ...rest] = condition.parts.map((part) => evaluate(columns, part)) as [Marks, ...Marks[]];
  for (const other of rest) {
    for (let row = 0; row < first.length; row++) {
      first[row] =
        condition.kind === 'and' ? (first[row] as number) & (other[row] as number) : (first[row] as number) | (other[row] as number);
    }
  }
  return first;
}

/** So many bytes of marks are kept, and so many filters; one at least. */
const keptBytes = 32 * 1024 * 1024;
const keptFilters = 256;

/** Filters of a bundle by their text. Attributes of a served bundle do not change, so each is worked out once, as long as it is in use. */
export function createItemFilters(columns: AttributeColumns): (text: string) => ItemFilter {
  const kept = new Map<string, ItemFilter>();
  const most = Math.max(1, Math.min(keptFilters, Math.floor(keptBytes / Math.max(1, columns.rows))));
  return (text) => {
    const known = kept.get(text);
    if (known) {
      kept.delete(text);
      kept.set(text, known);
      return known;
    }
    const allowed = evaluate(columns, parseFilter(text));
    const filter: ItemFilter = { allowed, count: allowed.reduce((sum, mark) => sum + mark, 0) };
    kept.set(text, filter);
    if (kept.size > most) kept.delete(kept.keys().next().value as string);
    return filter;
  };
}
