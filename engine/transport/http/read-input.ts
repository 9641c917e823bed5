import { z } from 'zod';
import { EngineError } from '#contract/errors';

type Place = 'path' | 'query' | 'body';

interface Issue {
  code?: string | undefined;
  message: string;
  path: PropertyKey[];
  errors?: Issue[][];
}

/** How far a value fitted a shape before this problem: first by depth, then whether it was at least of the right kind. */
const fit = (issue: Issue): number => 2 * issue.path.length + (issue.code === 'invalid_type' ? 0 : 1);

/** Of a value that fits none of several shapes, the problem of the shape that it fits furthest. */
function innermost(issue: Issue): Issue {
  if (issue.code !== 'invalid_union' || !issue.errors) return issue;
  const first = issue.errors.flatMap((branch) => (branch[0] ? [innermost(branch[0])] : []));
  const deepest = first.reduce<Issue | undefined>((best, next) => (best && fit(best) >= fit(next) ? best : next), undefined);
  return deepest ? { ...deepest, path: [...issue.path, ...deepest.path] } : issue;
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === 'object' ? (inner as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
}

const shortJson = (value: unknown): string => {
  const text =
    typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'an object') : (JSON.stringify(value) ?? 'missing');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

/** Parses by a row's schema. Throws `invalid_input` that says which field is wrong, what it is, and what it should be. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown, place: Place): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = innermost(parsed.error.issues[0] as Issue);
  const name = issue.path.map(String).join('.');
  const where = name === '' ? `The ${place}` : `${name} (in the ${place})`;
  throw new EngineError(
    'invalid_input',
    `${where} is ${shortJson(valueAt(value, issue.path))}: ${issue.message}. See /docs for what this route takes.`,
    {
      place,
      field: name,
    },
  );
}

const number = /^-?\d{1,15}(\.\d{1,15})?$/;

/** Which fields of a schema are numbers: known once, when the door is made. */
export function numericFields(schema: z.ZodObject): ReadonlySet<string> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return new Set(
    Object.entries(properties).flatMap(([name, property]) =>
      typeof property === 'object' && (property.type === 'integer' || property.type === 'number') ? [name] : [],
    ),
  );
}

/** The strings of a query as the schema's own types. What is no number stays a string, for the schema to refuse. */
export function queryValues(queries: Record<string, string[]>, schema: z.ZodObject, numeric: ReadonlySet<string>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(schema.shape)) {
    const given = queries[name];
    if (!given) continue;
    if (given.length > 1)
      throw new EngineError('invalid_input', `${name} is given ${given.length} times in the query. Give it once.`, { field: name });
    const text = given[0] as string;
    values[name] = numeric.has(name) && number.test(text) ? Number(text) : text;
  }
  return values;
}
