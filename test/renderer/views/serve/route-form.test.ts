import { expect, test } from 'vitest';
import { openApiDocument } from '#contract/open-api';
import { routes } from '#contract/routes';
import { type ApiRoute, apiRoutes } from '../../../../renderer/views/serve/try/api-routes.ts';
import { rawKey, rawOf, readRoute } from '../../../../renderer/views/serve/try/route-form.ts';

const all = apiRoutes(openApiDocument());
const of = (id: string) => all.find((route) => route.id === id) as ApiRoute;
const field = (id: string, name: string) => of(id).fields.find((one) => one.name === name);

test('every row of the table has a form', () => {
  expect(all.map(({ id }) => id).sort()).toEqual(
    Object.values(routes)
      .map(({ method, path }) => `${method} ${path}`)
      .sort(),
  );
  expect(of('GET /recommend/{user_id}').role).toBe('viewer');
  expect(of('GET /health').role).toBeNull();
});

test('fields have the kind, the bounds and the default of their schema', () => {
  const recommend = 'GET /recommend/{user_id}';
  expect(field(recommend, 'user_id')).toMatchObject({ where: 'path', kind: 'text', required: true });
  expect(field(recommend, 'k')).toMatchObject({
    where: 'query',
    kind: 'integer',
    required: false,
    fallback: '10',
    minimum: 1,
    maximum: 500,
  });
  expect(field(recommend, 'exclude')).toMatchObject({ kind: 'list', required: false });
  expect(field(recommend, 'diversity')).toMatchObject({ kind: 'number', minimum: 0, maximum: 1 });
  expect(field(recommend, 'explain')?.kind).toBe('boolean');
  expect(field('POST /admin/keys', 'role')).toMatchObject({ kind: 'choice', choices: ['viewer', 'service', 'admin'], fallback: 'viewer' });
  expect(field('POST /admin/keys', 'rate_limit')).toMatchObject({ kind: 'number', maximum: 100_000 });
  expect(field('POST /auth/token', 'api_key')?.secret).toBe(true);
  expect(field('POST /events', 'timestamp')?.kind).toBe('text');
  expect(field('POST /events', 'context')?.kind).toBe('json');
  // No bound of the machine's own numbers is shown.
  expect(field('POST /events', 'value')?.maximum).toBeUndefined();
});

test('a body has fields, is JSON alone, or is not there', () => {
  expect(of('POST /events').body).toBe('fields');
  expect(of('POST /admin/items').body).toBe('text');
  expect(of('POST /admin/models/{version}/activate').body).toBe('none');
  expect(of('GET /metrics').body).toBe('none');
});

test('a filled form becomes a path, a query and a body', () => {
  const draft = { 'path.user_id': 'a/b ü', 'query.k': '5', 'query.exclude': 'i1, i2', 'query.filter': 'category:video AND difficulty<3' };
  expect(readRoute(of('GET /recommend/{user_id}'), draft)).toEqual({
    method: 'GET',
    path: '/recommend/a%2Fb%20%C3%BC?k=5&filter=category%3Avideo+AND+difficulty%3C3&exclude=i1&exclude=i2',
    body: undefined,
    problems: {},
  });
  const suggest = readRoute(
    of('POST /suggest'),
    { 'body.candidates': 'i1 i2', 'body.explain': 'true', 'body.attributes': '{"age":3}' },
    { user_id: 'u1' },
  );
  expect(suggest.problems).toEqual({});
  expect(JSON.parse(suggest.body ?? '')).toEqual({ user_id: 'u1', candidates: ['i1', 'i2'], explain: true, attributes: { age: 3 } });
});

test('what is missing or wrong is said at its field', () => {
  const recommend = of('GET /recommend/{user_id}');
  expect(readRoute(recommend, {})).toMatchObject({ path: '/recommend/{user_id}', problems: { 'path.user_id': 'This is needed.' } });
  expect(readRoute(recommend, { 'path.user_id': '..' }).problems['path.user_id']).toContain('does not fit a path');
  expect(readRoute(recommend, { 'path.user_id': 'u', 'query.k': '0' }).problems['query.k']).toBe('Out of range: 1 to 500.');
  expect(readRoute(recommend, { 'path.user_id': 'u', 'query.k': '1.5' }).problems['query.k']).toContain('whole number');
  expect(readRoute(of('POST /suggest'), { 'body.user_id': 'u', 'body.attributes': '{' }).problems['body.attributes']).toContain('JSON');
});

test('only what is needed is suggested, and optional fields stay out', () => {
  const { path } = readRoute(of('GET /events'), {}, { user_id: 'u1' });
  expect(path).toBe('/events');
});

test('a body can be gone on with as JSON, and what is no JSON is not sent', () => {
  const events = of('POST /events');
  const raw = rawOf(events, { 'body.item_id': 'i1' }, { user_id: 'u1' });
  expect(JSON.parse(raw)).toEqual({ user_id: 'u1', item_id: 'i1' });
  expect(readRoute(events, { [rawKey]: '[{"user_id":"u"}]' })).toMatchObject({ body: '[{"user_id":"u"}]', problems: {} });
  expect(readRoute(events, { [rawKey]: '[{' }).problems[rawKey]).toContain('not JSON');
  expect(readRoute(events, { [rawKey]: ' ' }).problems[rawKey]).toBe('This is needed.');
  expect(readRoute(of('POST /admin/train'), { [rawKey]: ' ' }).problems).toEqual({});
});

test('a body that may be left out is left out while its form is empty', () => {
  expect(readRoute(of('POST /admin/train'), {}).body).toBeUndefined();
  expect(readRoute(of('POST /admin/train'), { 'body.model': 'ials' }).body).toBe('{"model":"ials"}');
});
