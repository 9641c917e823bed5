import { rangeText } from '../../../components/form-logic.ts';
import type { ApiField, ApiRoute } from './api-routes.ts';

/** What stands in the fields of a route, by `fieldKey`: always text. `rawKey` holds the body where it is written as JSON. */
export type RouteDraft = Record<string, string>;

export const rawKey = 'raw';

/** A path and a body may have a field of the same name. */
export const fieldKey = (field: Pick<ApiField, 'name' | 'where'>): string => `${field.where}.${field.name}`;

type Read = { value?: unknown; problem?: undefined } | { problem: string };

function readNumber(field: ApiField, text: string): Read {
  const value = Number(text);
  const whole = field.kind === 'integer';
  const range = rangeText(field as { minimum?: number; maximum?: number });
  if (!Number.isFinite(value) || (whole && !Number.isInteger(value)))
    return { problem: `Enter ${whole ? 'a whole number' : 'a number'}${range ? `, ${range}` : ''}.` };
  if (value < (field.minimum ?? value) || value > (field.maximum ?? value)) return { problem: `Out of range: ${range}.` };
  return { value };
}

function readJson(text: string): Read {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: 'Enter JSON, such as {"age": "25-34"}.' };
  }
}

/** The value of a field; nothing where it is left to the server; or what is wrong with it. */
export function readApiField(field: ApiField, given: string): Read {
  const text = given.trim();
  if (text === '') return field.required ? { problem: 'This is needed.' } : {};
  switch (field.kind) {
    case 'integer':
    case 'number':
      return readNumber(field, text);
    case 'boolean':
      return { value: text === 'true' };
    case 'list':
      return { value: text.split(/[\s,]+/).filter(Boolean) };
    case 'json':
      return readJson(text);
    default:
      // A path of dots alone would be another path.
      if (field.where === 'path' && /^\.{1,2}$/.test(text)) return { problem: 'This does not fit a path.' };
      return { value: text };
  }
}

/** A request as it can be sent, or what is missing, by field. */
export interface ReadRequest {
  method: ApiRoute['method'];
  /** With its query; what is missing stands there by its name. */
  path: string;
  body: string | undefined;
  problems: Record<string, string>;
}

function query(pairs: readonly [string, unknown][]): string {
  const search = new URLSearchParams();
  for (const [name, value] of pairs) for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  return search.size > 0 ? `?${search}` : '';
}

function readRaw(route: ApiRoute, text: string, problems: Record<string, string>): string | undefined {
  if (text.trim() === '') {
    if (route.bodyRequired) problems[rawKey] = 'This is needed.';
    return undefined;
  }
  const read = readJson(text);
  if (read.problem !== undefined) problems[rawKey] = 'This is not JSON: look for a missing comma, quote or bracket.';
  return text;
}

/** What a filled form sends. `suggested` stands in for ids that were left empty. */
export function readRoute(route: ApiRoute, draft: RouteDraft, suggested: Readonly<Record<string, string>> = {}): ReadRequest {
  const problems: Record<string, string> = {};
  const values: Record<ApiField['where'], [string, unknown][]> = { path: [], query: [], body: [] };
  const raw = route.body === 'text' || draft[rawKey] !== undefined;
  for (const field of route.fields) {
    if (field.where === 'body' && raw) continue;
    const text = draft[fieldKey(field)] || (field.required ? (suggested[field.name] ?? '') : '');
    const read = readApiField(field, text);
    if (read.problem !== undefined) problems[fieldKey(field)] = read.problem;
    else if (read.value !== undefined) values[field.where].push([field.name, read.value]);
  }
  const named = new Map(values.path);
  const path = route.path.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    named.has(name) ? encodeURIComponent(String(named.get(name))) : whole,
  );
  const written = values.body.length > 0 || route.bodyRequired ? JSON.stringify(Object.fromEntries(values.body)) : undefined;
  const body = raw ? readRaw(route, draft[rawKey] ?? '', problems) : route.body === 'fields' ? written : undefined;
  return { method: route.method, path: `${path}${query(values.query)}`, body, problems };
}

/** The body of a form as JSON to go on with by hand. */
export function rawOf(route: ApiRoute, draft: RouteDraft, suggested: Readonly<Record<string, string>> = {}): string {
  const { [rawKey]: _, ...fields } = draft;
  return JSON.stringify(JSON.parse(readRoute(route, fields, suggested).body ?? '{}'), null, 2);
}
