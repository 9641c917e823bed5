import { z } from 'zod';
import { EngineError } from '#contract/errors';
import { explainIssues } from '#contract/issue-words';

type Place = 'path' | 'query' | 'body';

/** Parses by a row's schema. Throws `invalid_input` that says which field is wrong, what it is, and what it should be. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown, place: Place): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { field, sentence } = explainIssues(parsed.error, value, `The ${place}`);
  const where = field === '' ? '' : ` (in the ${place})`;
  throw new EngineError('invalid_input', `${sentence}${where}. See /docs for what this route takes.`, { place, field });
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
