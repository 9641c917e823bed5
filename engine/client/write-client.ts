import { z } from 'zod';
import type { Route } from '#contract/api/route';
import { routes } from '#contract/routes';
import requestSource from './request.ts?raw';
import { type JsonSchema, typeOfSchema } from './schema-type.ts';
import trackerSource from './tracker.ts?raw';

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Fields of the path and of the query as one object; null where there are none. */
function addressOf({ params, query }: Route): JsonSchema | null {
  const parts = [params, query].flatMap((schema) => (schema ? [schemaOf(schema, 'input')] : []));
  if (parts.length === 0) return null;
  return {
    type: 'object',
    properties: Object.assign({}, ...parts.map((part) => part.properties)) as Record<string, JsonSchema>,
    required: parts.flatMap((part) => part.required ?? []),
  };
}

function typesOf(name: string, route: Route): string[] {
  const types: string[] = [];
  const address = addressOf(route);
  if (address) types.push(`export type ${capital(name)}Input = ${typeOfSchema(address)};`);
  if (route.body) types.push(`export type ${capital(name)}Body = ${typeOfSchema(schemaOf(route.body, 'input'))};`);
  if (!route.contentType) types.push(`export type ${capital(name)}Answer = ${typeOfSchema(schemaOf(route.answer, 'output'))};`);
  return types;
}

function methodOf(name: string, route: Route): string {
  const address = addressOf(route);
  const parameters: string[] = [];
  const call = [`method: '${route.method}'`];
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
  const path = route.path.replace(/\{(\w+)\}/g, (_, field: string) => `\${pathSegment(input.${field})}`);
  call.push(names.length > 0 ? `path: \`${path}\`` : `path: '${path}'`);
  if (address) {
    parameters.push(`input: ${capital(name)}Input${address.required?.length ? '' : ' = {}'}`);
    if (route.query && names.length === 0) call.push('query: input');
    else if (route.query) call.push('query');
  }
  if (route.upload) {
    parameters.push('body: UploadBody', `type: ${route.upload.map((type) => `'${type}'`).join(' | ')}`);
    call.push('upload: { body, type }');
  } else if (route.body) {
    parameters.push(`body: ${capital(name)}Body${route.bodyOptional ? ' = {}' : ''}`);
    call.push('json: body');
  }
  if (route.contentType) call.push('text: true');
  parameters.push('options?: CallOptions');
  call.push('options');
  const rest =
    route.query && names.length > 0 ? `    const { ${names.map((field) => `${field}: _${field}`).join(', ')}, ...query } = input;\n` : '';
  return `  /** ${route.summary}. \`${route.method} ${route.path}\` */
  ${name}(${parameters.join(', ')}): Promise<${route.contentType ? 'string' : `${capital(name)}Answer`}> {
${rest}    return this.call({ ${call.join(', ')} });
  }`;
}

/** A client of the served API in one TypeScript file without dependencies, made of the route table: types, methods, errors, and a tracker. */
export function writeClient(): string {
  const rows = Object.entries<Route>(routes);
  return [
    '// A client of the served API of Recsmith, and a tracker of events. Made by "recsmith client": make it again instead of changing it.',
    '// It needs fetch and nothing else: Node 20 or later, or a browser on the same origin as the server (which refuses pages of others).',
    '/* eslint-disable */',
    requestSource.trimEnd(),
    ...rows.flatMap(([name, route]) => typesOf(name, route)),
    `/** Every route of the served API. A call throws RecsmithError where the server refuses it. */\nexport class RecsmithClient extends RecsmithTransport {\n${rows.map(([name, route]) => methodOf(name, route)).join('\n\n')}\n}`,
    trackerSource.trimEnd(),
    '',
  ].join('\n\n');
}
