import type { Route } from './api/route.ts';
import { type RouteName, routes } from './routes.ts';

export type SnippetLanguage = 'curl' | 'python' | 'javascript' | 'typescript';

/** A request to show. `body` is text as it is sent; `file` is the path of a file that is sent instead. */
export interface ShownRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
  file?: string | undefined;
}

/** What a row of the table takes, before it is written into an address and a body. */
export interface SnippetInput {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  /** For an upload. */
  file?: string;
  headers?: Record<string, string>;
}

/** In single quotes a shell changes nothing but the quote itself. */
const shell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Valid in Python, JavaScript and TypeScript: all of them read JSON's escapes. */
const literal = (text: string): string => JSON.stringify(text);

/** The value of a body that is JSON as this page would write it again; undefined where another spelling would be sent. */
function jsonOf(body: string): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const same = JSON.stringify(value) === body || JSON.stringify(value, null, 2) === body;
    return same ? { value } : undefined;
  } catch {
    return undefined;
  }
}

function python(value: unknown, indent = ''): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const deeper = `${indent}    `;
  const list = Array.isArray(value);
  const parts = list
    ? value.map((entry) => python(entry, deeper))
    : Object.entries(value).map(([key, entry]) => `${literal(key)}: ${python(entry, deeper)}`);
  const [open, close] = list ? '[]' : '{}';
  return parts.length === 0 ? `${open}${close}` : `${open}\n${deeper}${parts.join(`,\n${deeper}`)},\n${indent}${close}`;
}

const indented = (text: string, indent: string): string => text.replaceAll('\n', `\n${indent}`);

function curlSnippet({ method, url, headers, body, file }: ShownRequest): string {
  // Brackets and braces in an address would be patterns to curl.
  const glob = /[[\]{}]/.test(url) ? '--globoff ' : '';
  const lines = [`curl ${glob}${method === 'GET' ? '' : `-X ${method} `}${shell(url)}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${shell(`${name}: ${value}`)}`);
  if (file !== undefined) lines.push(`--data-binary ${shell(`@${file}`)}`);
  else if (body !== undefined) lines.push(`--data-raw ${shell(body)}`);
  return lines.join(' \\\n  ');
}

function pythonSnippet({ method, url, headers, body, file }: ShownRequest): string {
  const json = body === undefined || file !== undefined ? undefined : jsonOf(body);
  const lines = ['import json', 'import urllib.request', ''];
  if (file !== undefined) lines.push(`with open(${literal(file)}, "rb") as file:`, '    data = file.read()');
  else if (json) lines.push(`data = json.dumps(${python(json.value)}).encode()`);
  else if (body !== undefined) lines.push(`data = ${literal(body)}.encode()`);
  const sent = file !== undefined || body !== undefined;
  lines.push(
    'request = urllib.request.Request(',
    `    ${literal(url)},`,
    `    method=${literal(method)},`,
    ...(Object.keys(headers).length > 0 ? [`    headers=${python(headers, '    ')},`] : []),
    ...(sent ? ['    data=data,'] : []),
    ')',
    'with urllib.request.urlopen(request) as response:',
    '    print(json.load(response))',
  );
  return lines.join('\n');
}

function scriptBody(body: string): string {
  const json = jsonOf(body);
  // In a literal, this one name would set the prototype.
  if (!json || body.includes('__proto__')) return literal(body);
  return `JSON.stringify(${indented(JSON.stringify(json.value, null, 2), '  ')})`;
}

function scriptSnippet({ method, url, headers, body, file }: ShownRequest, typed: boolean): string {
  const options: string[] = [];
  if (method !== 'GET') options.push(`method: ${literal(method)}`);
  if (Object.keys(headers).length > 0) options.push(`headers: ${indented(JSON.stringify(headers, null, 2), '  ')}`);
  if (file !== undefined) options.push(`body: await openAsBlob(${literal(file)})`);
  else if (body !== undefined) options.push(`body: ${scriptBody(body)}`);
  const second = options.length === 0 ? '' : `, {\n  ${options.join(',\n  ')},\n}`;
  return [
    ...(file === undefined ? [] : ['import { openAsBlob } from "node:fs";', '']),
    `const response = await fetch(${literal(url)}${second});`,
    'if (!response.ok) throw new Error(await response.text());',
    `const answer${typed ? ': unknown' : ''} = await response.json();`,
    'console.log(answer);',
  ].join('\n');
}

/** A request as code that can be pasted and run: nothing in it is read as more than text, whatever ids and bodies hold. */
export function requestSnippet(language: SnippetLanguage, request: ShownRequest): string {
  if (language === 'curl') return curlSnippet(request);
  if (language === 'python') return pythonSnippet(request);
  return scriptSnippet(request, language === 'typescript');
}

/** The request that a row's input makes. */
export function requestOf(baseUrl: string, routeName: RouteName, input: SnippetInput = {}): ShownRequest {
  const route: Route = routes[routeName];
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(input.params?.[name] ?? ''));
  const queries = Object.entries(input.query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== undefined && one !== null)
      .map((one) => `${name}=${encodeURIComponent(String(one))}`),
  );
  const url = `${baseUrl.replace(/\/+$/, '')}${path}${queries.length > 0 ? `?${queries.join('&')}` : ''}`;
  const request: ShownRequest = { method: route.method, url, headers: { ...input.headers } };
  if (input.file !== undefined) {
    const endings: Record<string, string> = { csv: 'text/csv', json: 'application/json' };
    const ending = /\.(\w+)$/.exec(input.file)?.[1]?.toLowerCase() ?? '';
    request.headers['content-type'] ??= endings[ending] ?? 'application/x-ndjson';
    request.file = input.file;
  } else if (input.body !== undefined) {
    request.headers['content-type'] ??= 'application/json';
    request.body = JSON.stringify(input.body);
  }
  return request;
}

/** How to call a row of the table, as code. */
export const snippet = (language: SnippetLanguage, baseUrl: string, routeName: RouteName, input: SnippetInput = {}): string =>
  requestSnippet(language, requestOf(baseUrl, routeName, input));
