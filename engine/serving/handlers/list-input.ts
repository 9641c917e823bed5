import { EngineError } from '#contract/errors';
import type { Attributes } from '../attribute-vectors.ts';
import { seenPolicyOf } from '../left-out.ts';
import type { ListOptions } from '../lists.ts';

/** How routes spell the making of a list, in a query or in a body. */
export interface ListWords {
  k: number;
  filter?: string | undefined;
  exclude?: string[] | undefined;
  items?: string[] | undefined;
  seen?: string[] | undefined;
  diversity?: number | undefined;
  explain?: boolean | undefined;
  attributes?: string | Attributes | undefined;
  context?: unknown;
}

/** The flat JSON object that a query holds as text. Throws `invalid_input`. */
function objectOf(text: string, field: string): Attributes {
  const refuse = (): never => {
    throw new EngineError('invalid_input', `${field} is not a flat JSON object such as {"age": "25-34"} (in the query).`, { field });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse();
  if (Object.values(value).some((member) => typeof member === 'object' && member !== null)) return refuse();
  return value as Attributes;
}

/** A request's words as options of a list. Throws `invalid_input` where a text in the query is no object. */
export function listOptions(userId: string, words: ListWords): ListOptions {
  const { k, filter, exclude, items, seen, diversity, explain, attributes, context } = words;
  if (typeof context === 'string') objectOf(context, 'context');
  const known = typeof attributes === 'string' ? objectOf(attributes, 'attributes') : attributes;
  return {
    userId,
    k,
    ...(filter === undefined ? {} : { filter }),
    ...(exclude && exclude.length > 0 ? { exclude } : {}),
    ...(items && items.length > 0 ? { items } : {}),
    ...(seen && seen.length > 0 ? { seen: seenPolicyOf(seen) } : {}),
    ...(diversity ? { diversity } : {}),
    ...(explain ? { explain } : {}),
    ...(known ? { attributes: known } : {}),
  };
}
