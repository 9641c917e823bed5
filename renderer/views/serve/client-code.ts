export type Language = 'curl' | 'python' | 'javascript';

export const languages: readonly [Language, string][] = [
  ['curl', 'cURL'],
  ['python', 'Python'],
  ['javascript', 'JavaScript'],
];

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
