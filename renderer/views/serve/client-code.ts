export type Language = 'curl' | 'python' | 'javascript';

export const languages: readonly [Language, string][] = [
  ['curl', 'cURL'],
  ['python', 'Python'],
  ['javascript', 'JavaScript'],
];

/** A request as a program would send it. */
export interface SnippetRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  /** As it travels: JSON text. */
  body?: string | undefined;
}

const shell = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** What needs no escape in JSON needs none in Python or JavaScript; `\u2028` and half characters are written out. */
const quoted = (text: string) =>
  JSON.stringify(text).replaceAll(/[\u2028\u2029\u007f]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);

function curl({ method, url, headers, body }: SnippetRequest): string {
  // Brackets and braces in an address would be patterns to curl.
  const plain = /[[\]{}]/.test(url) ? '--globoff ' : '';
  const parts = [
    `curl ${plain}${method === 'GET' && body === undefined ? '' : `-X ${method} `}${shell(url)}`,
    ...Object.entries(headers).map(([name, value]) => `  -H ${shell(`${name}: ${value}`)}`),
    // `--data-binary` leaves line breaks alone; a body that begins with @ would be read as the name of a file.
    ...(body === undefined ? [] : [`  --data-${body.startsWith('@') ? 'raw' : 'binary'} ${shell(body)}`]),
  ];
  return parts.join(' \\\n');
}

function python({ method, url, headers, body }: SnippetRequest): string {
  const named = Object.entries(headers).map(([name, value]) => `        ${quoted(name)}: ${quoted(value)},`);
  return [
    'from urllib.request import Request, urlopen',
    '',
    'request = Request(',
    `    ${quoted(url)},`,
    `    method=${quoted(method)},`,
    ...(named.length > 0 ? ['    headers={', ...named, '    },'] : []),
    ...(body === undefined ? [] : [`    data=${quoted(body)}.encode(),`]),
    ')',
    'with urlopen(request) as response:',
    '    print(response.status, response.read().decode())',
  ].join('\n');
}

/** JSON as the literal that it is, so that it can be edited; any other text as a string. */
function literal(body: string): string {
  try {
    return `JSON.stringify(${JSON.stringify(JSON.parse(body), null, 2).replaceAll('\n', '\n  ')})`;
  } catch {
    return quoted(body);
  }
}

function javascript({ method, url, headers, body }: SnippetRequest): string {
  const named = Object.entries(headers).map(([name, value]) => `${quoted(name)}: ${quoted(value)}`);
  const options = [
    ...(method === 'GET' ? [] : [`  method: ${quoted(method)},`]),
    ...(named.length > 0 ? [`  headers: { ${named.join(', ')} },`] : []),
    ...(body === undefined ? [] : [`  body: ${literal(body)},`]),
  ];
  const call = options.length > 0 ? `fetch(${quoted(url)}, {\n${options.join('\n')}\n})` : `fetch(${quoted(url)})`;
  return [`const response = await ${call};`, 'console.log(response.status, await response.text());'].join('\n');
}

const writers: Record<Language, (request: SnippetRequest) => string> = { curl, python, javascript };

/** The request as code that runs as it stands; standard libraries only. */
export function requestSnippet(language: Language, request: SnippetRequest): string {
  return writers[language](request);
}

/** What a program sends along: what its body is, and where keys are asked for, the place of the key. */
export function snippetHeaders(body: string | null | undefined, auth: boolean): Record<string, string> {
  return {
    ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
    ...(auth ? { authorization: 'Bearer YOUR_API_KEY' } : {}),
  };
}

/** A port number, or what is wrong with it. */
export function readPort(text: string): { port: number } | { problem: string } {
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    return { problem: 'Enter a port from 1 to 65535, or 0 for any free one.' };
  return { port };
}
