import { z } from 'zod';
import { ApiProblem, type Route, routes } from './routes.ts';

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

const problem = (description: string): Json => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

function responsesOf(route: Route): Json {
  const type = route.contentType ?? 'application/json';
  return {
    [route.success]: { description: route.summary, content: { [type]: { schema: schemaOf(route.answer, 'output') } } },
    ...(route.params || route.query || route.body ? { 400: problem('What was sent does not fit the schema') } : {}),
    403: problem('The Host or Origin header is not of this machine'),
    ...(route.path.startsWith('/similar') || route.path.startsWith('/admin/jobs') ? { 404: problem('Not known here') } : {}),
    ...(route.body ? { 413: problem('The body is too large'), 415: problem('The body is not declared as JSON') } : {}),
    ...(route.admin ? { 501: problem('The server serves a bundle alone, without a workspace') } : {}),
    503: problem('Not possible at the moment; the detail says why'),
  };
}

/** The OpenAPI 3.1 description of the served API, made from the same schemas that check the requests. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    const parameters = [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')];
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: {
        operationId: name,
        summary: route.summary,
        tags: [route.admin ? 'admin' : name === 'health' || name === 'metrics' ? 'operations' : 'recommendations'],
        ...(parameters.length > 0 ? { parameters } : {}),
        ...(route.body
          ? {
              requestBody: {
                required: route.bodyOptional !== true,
                content: { 'application/json': { schema: schemaOf(route.body, 'input') } },
              },
            }
          : {}),
        responses: responsesOf(route),
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Recsmith recommendations',
      version: '1',
      description: 'Recommendations from one bundle, on this machine only. Errors are RFC 9457 problem details.',
    },
    paths,
    components: { schemas: { Problem: schemaOf(ApiProblem, 'output') } },
  };
}
