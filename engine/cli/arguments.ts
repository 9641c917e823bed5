import { parseArgs } from 'node:util';
import { EngineError } from '#contract/errors';

/** How a flag's text becomes a value. `pairs` is name=value, given several times or with commas; `list` is several values. */
export type FlagKind = 'text' | 'integer' | 'number' | 'switch' | 'pairs' | 'numberPairs' | 'integers';

export interface Flag {
  kind: FlagKind;
  help: string;
  required?: boolean;
}

export interface ParsedArguments {
  positionals: string[];
  flags: Record<string, unknown>;
}

const camel = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function numberOf(flag: string, text: string, whole: boolean): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || (whole && !Number.isInteger(value))) {
    throw new EngineError('invalid_input', `--${flag} wants ${whole ? 'a whole number' : 'a number'}, not "${text}".`, { flag });
  }
  return value;
}

function pairsOf(flag: string, texts: string[], splitCommas: boolean): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const text of texts.flatMap((given) => (splitCommas ? given.split(',') : [given]))) {
    const at = text.indexOf('=');
    if (at < 1) throw new EngineError('invalid_input', `--${flag} wants name=value, not "${text}".`, { flag });
    pairs[text.slice(0, at).trim()] = text.slice(at + 1).trim();
  }
  return pairs;
}

function convert(name: string, kind: FlagKind, given: string | boolean | (string | boolean)[]): unknown {
  const texts = (Array.isArray(given) ? given : [given]).map(String);
  const last = texts[texts.length - 1] ?? '';
  switch (kind) {
    case 'switch':
      return true;
    case 'text':
      return last;
    case 'integer':
      return numberOf(name, last, true);
    case 'number':
      return numberOf(name, last, false);
    case 'integers':
      return last.split(',').map((text) => numberOf(name, text, true));
    case 'pairs':
      return pairsOf(name, texts, name !== 'set');
    case 'numberPairs':
      return Object.fromEntries(Object.entries(pairsOf(name, texts, true)).map(([key, text]) => [key, numberOf(name, text, false)]));
  }
}

/** The words after the command, as positionals and typed flags (in camelCase). Throws `invalid_input` in words. */
export function parseArguments(words: string[], flags: Record<string, Flag>): ParsedArguments {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { kind }]) => [
      name,
      { type: kind === 'switch' ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  );
  let parsed: { positionals: string[]; values: Record<string, unknown> };
  try {
    parsed = parseArgs({ args: words, options, allowPositionals: true, strict: true });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      'invalid_input',
      `${text.replace(/\. To specify a positional argument.*$/s, '.')} Look at the command's help with --help.`,
    );
  }
  const values: Record<string, unknown> = {};
  for (const [name, { kind }] of Object.entries(flags)) {
    const given = parsed.values[name];
    if (given !== undefined) values[camel(name)] = convert(name, kind, given as (string | boolean)[]);
  }
  return { positionals: parsed.positionals, flags: values };
}

/** Throws where a flag that the command cannot do without is missing. */
export function assertRequired(command: string, flags: Record<string, Flag>, values: Record<string, unknown>): void {
  const missing = Object.entries(flags).find(([name, flag]) => flag.required && values[camel(name)] === undefined);
  if (missing) throw new EngineError('invalid_input', `${command} needs --${missing[0]} (${missing[1].help}).`, { flag: missing[0] });
}
