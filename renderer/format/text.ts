/** A message as headline and what follows: the first sentence says what happened, the rest what to do. */
export function splitMessage(message: string): { headline: string; rest: string } {
  const match = /^(.+?[.!?])\s+(?=\S)/s.exec(message);
  if (!match?.[1]) return { headline: message, rest: '' };
  return { headline: match[1], rest: message.slice(match[0].length) };
}

/** An attribute for a narrow cell: lists joined, objects as JSON, nothing for null. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.length > 0 ? value.map(formatValue).join(', ') : 'none';
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

/** The last part of a path, of either kind of separator. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

/** A body as readers want it: JSON indented, anything else untouched. */
export function prettyBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
