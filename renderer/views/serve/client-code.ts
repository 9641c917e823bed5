export type Language = 'curl' | 'python' | 'javascript';

export const languages: readonly [Language, string][] = [
  ['curl', 'cURL'],
  ['python', 'Python'],
  ['javascript', 'JavaScript'],
];

/** The path of a request: ids that a path would bend (slashes, dots alone) travel in the query. */
export function recommendPath(user: string, k: number): string {
  const plain = /^[\w~-][\w.~-]*$/.test(user);
  return plain ? `/recommend/${user}?k=${k}` : `/recommend?user_id=${encodeURIComponent(user)}&k=${k}`;
}

const shell = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The request as a program would send it; standard libraries only. */
export function recommendCode(language: Language, url: string, path: string): string {
  const address = `${url}${path}`;
  switch (language) {
    case 'curl':
      return `curl ${shell(address)}`;
    case 'python':
      return [
        'import json, urllib.request',
        '',
        `with urllib.request.urlopen(${JSON.stringify(address)}) as response:`,
        '    answer = json.load(response)',
        "print(answer['source'], [item['item_id'] for item in answer['items']])",
      ].join('\n');
    case 'javascript':
      return [
        `const response = await fetch(${JSON.stringify(address)});`,
        'const answer = await response.json();',
        'console.log(answer.source, answer.items.map((item) => item.item_id));',
      ].join('\n');
  }
}

/** An event of a user as a program would post it. */
export function eventCode(language: Language, url: string, user: string, item: string): string {
  const body = JSON.stringify({ user_id: user, item_id: item, event_type: 'view' });
  const address = `${url}/events`;
  switch (language) {
    case 'curl':
      return `curl -X POST ${shell(address)} \\\n  -H 'content-type: application/json' \\\n  -d ${shell(body)}`;
    case 'python':
      return [
        'import json, urllib.request',
        '',
        'request = urllib.request.Request(',
        `    ${JSON.stringify(address)},`,
        `    data=json.dumps(${body}).encode(),`,
        "    headers={'content-type': 'application/json'},",
        ')',
        'with urllib.request.urlopen(request) as response:',
        '    print(response.status, json.load(response))',
      ].join('\n');
    case 'javascript':
      return [
        `const response = await fetch(${JSON.stringify(address)}, {`,
        "  method: 'POST',",
        "  headers: { 'content-type': 'application/json' },",
        `  body: JSON.stringify(${body}),`,
        '});',
        'console.log(response.status, await response.json());',
      ].join('\n');
  }
}

/** The first item id of an answer, for an example event that fits the catalogue. */
export function firstItem(body: string | undefined): string | undefined {
  try {
    const answer = JSON.parse(body ?? '') as { items?: { item_id?: unknown }[] };
    const id = answer.items?.[0]?.item_id;
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}

/** A port number, or what is wrong with it. */
export function readPort(text: string): { port: number } | { problem: string } {
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    return { problem: 'Enter a port from 1 to 65535, or 0 for any free one.' };
  return { port };
}
