import { z } from 'zod';
import { EngineError } from '#contract/errors';
import { explainIssues } from '#contract/issue-words';
import { nearestWord } from './nearest-word.ts';

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

type Kind = 'number' | 'boolean' | 'list' | 'text';

/** What each field of a query is: known once, when the door is made. */
export function fieldKinds(schema: z.ZodObject): ReadonlyMap<string, Kind> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  const kindOf = (property: unknown): Kind => {
    const { type } = property as { type?: string };
    if (type === 'integer' || type === 'number') return 'number';
    return type === 'boolean' ? 'boolean' : type === 'array' ? 'list' : 'text';
  };
  return new Map(Object.entries(properties).map(([name, property]) => [name, kindOf(property)]));
}

const shownLength = 60;

/** What is misspelt must not be left out in silence: a list without its filter looks like any other. */
function unknownField(name: string, known: readonly string[]): EngineError {
  const shown = JSON.stringify(name.length > shownLength ? `${name.slice(0, shownLength)}…` : name);
  const near = nearestWord(name, known);
  const hint = near ? `Did you mean ${near}?` : known.length > 0 ? `It takes ${known.join(', ')}.` : 'It takes none.';
  return new EngineError('invalid_input', `The query does not take the field ${shown}. ${hint}`, { place: 'query', field: name });
}

/**
 * The strings of a query as the schema's own types. What is no number stays a string, for the schema to refuse. Lists are repeated, or have
 * commas. Throws `invalid_input` for a field that is not known.
 */
export function queryValues(queries: URLSearchParams, kinds: ReadonlyMap<string, Kind>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name of new Set(queries.keys())) {
    const kind = kinds.get(name);
    if (kind === undefined) throw unknownField(name, [...kinds.keys()]);
    const given = queries.getAll(name);
    if (kind === 'list') {
      values[name] = given.flatMap((text) => text.split(','));
      continue;
    }
    if (given.length > 1)
      throw new EngineError('invalid_input', `${name} is given ${given.length} times in the query. Give it once.`, { field: name });
    const text = given[0] as string;
    if (kind === 'number' && number.test(text)) values[name] = Number(text);
    else if (kind === 'boolean' && (text === 'true' || text === 'false')) values[name] = text === 'true';
    else values[name] = text;
  }
  return values;
}
