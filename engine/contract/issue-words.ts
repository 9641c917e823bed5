import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** The first thing that is wrong with a value, as users read it. */
export interface Complaint {
  /** Path of the field with dots; empty where the value as a whole is wrong. */
  field: string;
  /** A sentence without its full stop: "user_id is missing", "k must be at least 1, not 0". */
  sentence: string;
}

const wanted: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object with fields',
  record: 'an object with fields',
  map: 'an object with fields',
  date: 'a date',
  null: 'empty (null)',
};

/** What is counted in a text or a list. */
const units: Record<string, [string, string]> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
};

/** How far a value fitted a shape before this problem: first by depth, then whether it was at least of the right kind. */
const fit = (issue: Issue): number => 2 * issue.path.length + (issue.code === 'invalid_type' || issue.code === 'invalid_value' ? 0 : 1);

/** Of a value that fits none of several shapes, the problem of the shape that it fits furthest; the union itself where none is closer. */
function innermost(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const first = issue.errors.flatMap((branch) => (branch[0] ? [innermost(branch[0])] : []));
  const best = first.reduce<Issue | undefined>((top, next) => (top && fit(top) >= fit(next) ? top : next), undefined);
  return best && fit(best) > 0 ? { ...best, path: [...issue.path, ...best.path] } : issue;
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === 'object' ? (inner as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'number') return Number.isNaN(value) ? 'something that is no number' : String(value);
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

const choice = (words: string[]): string => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);

/** The kinds of value that the shapes of a union take. */
function unionWords(errors: readonly (readonly Issue[])[]): string {
  const words = errors.flatMap(([issue]) => {
    if (issue?.code === 'invalid_type') return [wanted[issue.expected] ?? issue.expected];
    return issue?.code === 'invalid_value' ? issue.values.map((value) => JSON.stringify(value)) : [];
  });
  return words.length > 0 ? `must be ${choice([...new Set(words)])}` : 'has a form that is not known here';
}

function boundWords(origin: string, least: boolean, bound: number | bigint, inclusive: boolean): string {
  const unit = units[origin];
  if (unit && least && Number(bound) === 1) return 'must not be empty';
  if (unit) return `must have ${least ? 'at least' : 'at most'} ${bound} ${Number(bound) === 1 ? unit[0] : unit[1]}`;
  if (inclusive) return `must be ${least ? 'at least' : 'at most'} ${bound}`;
  return `must be ${least ? 'more' : 'less'} than ${bound}`;
}

/** What a field must be, and whether it helps to say what it is. */
function demand(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${wanted[issue.expected] ?? 'something else'}`;
    case 'too_small':
      return boundWords(issue.origin, true, issue.minimum, issue.inclusive ?? true);
    case 'too_big':
      return boundWords(issue.origin, false, issue.maximum, issue.inclusive ?? true);
    case 'invalid_value':
      return `must be ${choice(issue.values.map((value) => JSON.stringify(value)))}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return unionWords(issue.errors);
    case 'unrecognized_keys':
      return `does not take the field ${choice(issue.keys.map((key) => JSON.stringify(key)))}`;
    default:
      return 'does not have the form that it should have';
  }
}

/** The validator's own words come before no user: this is the one place that says in ours what it found. */
export function explainIssues(error: z.core.$ZodError, value: unknown, whole = 'The input'): Complaint {
  const issue = innermost(error.issues[0] as Issue);
  const field = issue.path.map(String).join('.');
  const subject = field || whole;
  const found = valueAt(value, issue.path);
  if (found === undefined) return { field, sentence: `${subject} is missing` };
  if (issue.code === 'custom') return { field, sentence: `${subject}: ${issue.message}` };
  const words = demand(issue);
  const telling = issue.code !== 'unrecognized_keys' && !(found === '' && words.endsWith('empty'));
  const known = typeof found === 'object' && found !== null && (issue.code === 'too_small' || issue.code === 'too_big');
  return { field, sentence: `${subject} ${words}${telling && !known ? `, not ${shown(found)}` : ''}` };
}
