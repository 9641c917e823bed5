import { z } from 'zod';
import { adminRoutes } from './api/admin-routes.ts';
import { authRoutes } from './api/auth-routes.ts';
import { eventRoutes } from './api/event-routes.ts';
import { experimentRoutes } from './api/experiment-routes.ts';
import { operationRoutes } from './api/operation-routes.ts';
import { recommendRoutes } from './api/recommend-routes.ts';
import { ApiProblem, type Route } from './api/route.ts';
import { userRoutes } from './api/user-routes.ts';
import { codeSamples } from './examples.ts';
import { type RouteName, routes } from './routes.ts';

type Json = Record<string, unknown>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
};

function parametersOf(schema: z.ZodObject | undefined, where: 'path' | 'query'): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
}

/** Where a server answers unless it is told otherwise. */
const baseUrl = 'http://127.0.0.1:8000';

const problem = (description: string): Json => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

function responsesOf(route: Route): Json {
  const type = route.contentType ?? 'application/json';
  const content = {
    [type]: { schema: schemaOf(route.answer, 'output') },
    ...(route.lines ? { 'application/x-ndjson': { schema: { type: 'string' } } } : {}),
  };
  return {
    [route.success]: { description: route.summary, content },
    400: problem('What was sent does not fit the schema, or has a query field that is not known'),
    401: problem('The server asks for a key or a token, and none that holds was sent'),
    403: problem('The Host or Origin header is not of this machine, or the key may not do this'),
    ...(route.mayMiss ? { 404: problem('Not known here') } : {}),
    ...(route.body || route.upload
      ? {
          408: problem('The body came too slowly, or not at all'),
          409: problem('Something of the same name is there already, or another job is running'),
          413: problem('The body is too large'),
          415: problem('The body is not declared as what this route takes'),
          422: problem('What was sent is understood and cannot be done'),
        }
      : {}),
    429: problem('More requests than the key may send; Retry-After says when to go on'),
    431: problem('The address and the headers are too large'),
    ...(route.workspace ? { 501: problem('The server serves a bundle alone, without a workspace') } : {}),
    503: problem('Not possible at the moment; the detail says why, Retry-After when to try again'),
  };
}

function requestBodyOf(route: Route): Json {
  if (route.upload) {
    const file = { schema: { type: 'string', format: 'binary' } };
    return { requestBody: { required: true, content: Object.fromEntries(route.upload.map((type) => [type, file])) } };
  }
  if (!route.body) return {};
  return {
    requestBody: {
      required: route.bodyOptional !== true,
      content: { 'application/json': { schema: schemaOf(route.body, 'input') } },
    },
  };
}

const groups = [recommendRoutes, eventRoutes, operationRoutes, authRoutes, adminRoutes, experimentRoutes, userRoutes];
const groupNames = ['recommendations', 'events', 'operations', 'keys and tokens', 'administration', 'experiments', 'users'];
const tagOf = (name: string): string => groupNames[groups.findIndex((group) => Object.hasOwn(group, name))] as string;

/** The OpenAPI 3.1 description of the served API, made from the same schemas that check the requests. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    const samples = codeSamples(baseUrl, name as RouteName);
    const parameters = [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')];
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: {
        operationId: name,
        summary: route.summary,
        tags: [tagOf(name)],
        ...(route.role === 'anyone' ? { security: [] } : { 'x-least-role': route.role }),
        ...(parameters.length > 0 ? { parameters } : {}),
        ...requestBodyOf(route),
        responses: responsesOf(route),
        ...(samples.length > 0 ? { 'x-codeSamples': samples } : {}),
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Recsmith recommendations',
      version: '1',
      description: 'Recommendations from one bundle. Errors are RFC 9457 problem details.',
    },
    paths,
    components: {
      schemas: { Problem: schemaOf(ApiProblem, 'output') },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or a token of POST /auth/token' },
        key: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key, or a token of POST /auth/token' },
      },
    },
    // Asked for only where the server was started with keys; a server of one machine is open for its programs.
    security: [{}, { bearer: [] }, { key: [] }],
  };
}
