/** What a field of a request is, as a form needs it. */
export type FieldKind = 'text' | 'integer' | 'number' | 'boolean' | 'choice' | 'list' | 'json';

export interface ApiField {
  name: string;
  where: 'path' | 'query' | 'body';
  kind: FieldKind;
  required: boolean;
  description: string;
  /** What the server takes where nothing is given; empty where it says none. */
  fallback: string;
  choices: string[];
  minimum?: number | undefined;
  maximum?: number | undefined;
  /** A password: it is never kept. */
  secret: boolean;
}

/** One route of the served API with the form that asks for it. */
export interface ApiRoute {
  /** `GET /recommend/{user_id}`. */
  id: string;
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  summary: string;
  group: string;
  /** Least role that may call it; null: anyone. */
  role: string | null;
  fields: ApiField[];
  /** `fields`: the body has a form, and may be written as JSON; `text`: it is JSON and nothing else. */
  body: 'none' | 'fields' | 'text';
  bodyRequired: boolean;
}

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  enum?: unknown[];
  items?: Schema;
  format?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
}

interface OpenApiOperation {
  summary?: string;
  tags?: string[];
  'x-least-role'?: string;
  parameters?: { name: string; in: 'path' | 'query'; required?: boolean; schema: Schema }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
}

const secretName = /^(api_key|access_token|refresh_token|password)$/;

/** `anyOf` with null stands for what may be null. */
const settled = (schema: Schema): Schema => {
  const others = schema.anyOf?.filter(({ type }) => type !== 'null');
  return others?.length === 1 ? { ...schema, ...others[0] } : schema;
};

function kindOf(schema: Schema): FieldKind {
  if (schema.enum) return 'choice';
  if (schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean') return schema.type;
  if (schema.type === 'array' && schema.items?.type === 'string') return 'list';
  if (schema.type === 'string') return 'text';
  // A moment may be text or a number: as text it is both.
  if (schema.anyOf?.every(({ type }) => type === 'string' || type === 'number')) return 'text';
  return 'json';
}

/** Bounds that only say how large a number of the machine may be are no help. */
const bound = (value: number | undefined) => (value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined);

function fieldOf(name: string, where: ApiField['where'], given: Schema, required: boolean): ApiField {
  const schema = settled(given);
  const { description = '', default: fallback } = { ...schema, ...given };
  return {
    name,
    where,
    kind: kindOf(schema),
    required: required && fallback === undefined,
    description,
    fallback: fallback === undefined || fallback === null ? '' : String(fallback),
    choices: (schema.enum ?? []).map(String),
    minimum: bound(schema.minimum),
    maximum: bound(schema.maximum),
    secret: secretName.test(name),
  };
}

/** Of a body that may be several things the first with fields: one event before a list of them. */
function bodySchema(operation: OpenApiOperation): Schema | undefined {
  const schema = operation.requestBody?.content['application/json']?.schema;
  return schema?.anyOf?.find(({ properties }) => properties) ?? schema;
}

function routeOf(path: string, method: string, operation: OpenApiOperation): ApiRoute {
  const schema = bodySchema(operation);
  const inBody = Object.entries(schema?.properties ?? {});
  const upper = method.toUpperCase();
  return {
    id: `${upper} ${path}`,
    method: upper as ApiRoute['method'],
    path,
    summary: operation.summary ?? '',
    group: operation.tags?.[0] ?? 'other',
    role: operation['x-least-role'] ?? null,
    fields: [
      ...(operation.parameters ?? []).map((one) => fieldOf(one.name, one.in, one.schema, one.required === true)),
      ...inBody.map(([name, property]) => fieldOf(name, 'body', property, schema?.required?.includes(name) ?? false)),
    ],
    body: schema === undefined || (schema.properties && inBody.length === 0) ? 'none' : inBody.length > 0 ? 'fields' : 'text',
    bodyRequired: operation.requestBody?.required === true,
  };
}

/** Every route that an OpenAPI document describes, in its order, with its fields. */
export function apiRoutes(document: Record<string, unknown>): ApiRoute[] {
  const paths = document.paths as Record<string, Record<string, OpenApiOperation>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => routeOf(path, method, operation)),
  );
}
