import type { Parameter } from '#contract/model';

/** What stands in the fields, by parameter: always text, so that a half-typed number is not lost. */
export type Draft = Record<string, string>;

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));

/** The default of a parameter as its field shows it. */
export function defaultText(parameter: Parameter): string {
  return parameter.kind === 'json' ? JSON.stringify(parameter.default) : textOf(parameter.default);
}

/** The values of a list as its field holds them: `a, b`. */
export function listedValues(text: string): string[] {
  return text.split(/[\s,]+/).filter((part) => part !== '');
}

/** A list with one value more, or without it where it is there already. */
export function toggled(text: string, value: string): string {
  const values = listedValues(text);
  return (values.includes(value) ? values.filter((other) => other !== value) : [...values, value]).join(', ');
}

function readJson(text: string): FieldResult {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, problem: 'Enter JSON, such as {}.' };
  }
}

export function draftText(parameter: Parameter, draft: Draft): string {
  return draft[parameter.name] ?? defaultText(parameter);
}

export function isChanged(parameter: Parameter, draft: Draft): boolean {
  return draftText(parameter, draft) !== defaultText(parameter);
}

export type FieldResult = { ok: true; value: unknown } | { ok: false; problem: string };

const plain = (value: number) =>
  Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-4) ? value.toExponential() : String(value);

/** `1 to 512`, `at least 0`, or nothing. */
export function rangeText(parameter: Pick<Parameter, 'minimum' | 'maximum'>): string {
  const { minimum, maximum } = parameter;
  if (minimum !== undefined && maximum !== undefined) return `${plain(minimum)} to ${plain(maximum)}`;
  if (minimum !== undefined) return `at least ${plain(minimum)}`;
  return maximum === undefined ? '' : `at most ${plain(maximum)}`;
}

function readNumber(parameter: Parameter, text: string, whole: boolean): FieldResult {
  const value = Number(text);
  const kind = whole ? 'a whole number' : 'a number';
  if (text === '' || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
    const range = rangeText(parameter);
    return { ok: false, problem: `Enter ${kind}${range ? `, ${range}` : ''}.` };
  }
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = parameter;
  if (value < minimum || value > maximum) return { ok: false, problem: `Out of range: ${rangeText(parameter)}.` };
  return { ok: true, value };
}

/** The value of one field, or what is wrong with it. */
export function readField(parameter: Parameter, raw: string): FieldResult {
  const text = raw.trim();
  switch (parameter.kind) {
    case 'boolean':
      return { ok: true, value: text === 'true' };
    case 'choice':
      return parameter.choices?.includes(text) ? { ok: true, value: text } : { ok: false, problem: 'Choose one of the list.' };
    case 'integer':
    case 'number':
      return readNumber(parameter, text, parameter.kind === 'integer');
    case 'choices': {
      const value = listedValues(text);
      const { minimum = 0, maximum = value.length } = parameter;
      if (value.length < minimum || value.length > maximum) return { ok: false, problem: `Choose ${rangeText(parameter)}.` };
      const stranger = value.find((one) => !parameter.choices?.includes(one));
      return stranger === undefined ? { ok: true, value } : { ok: false, problem: `"${stranger}" is not in the list.` };
    }
    case 'json':
      return readJson(text);
    case 'integers': {
      if (text === '') return { ok: true, value: [] };
      const parts = text.split(/[\s,]+/).map((part) => readNumber(parameter, part, true));
      if (parts.every((part) => part.ok)) return { ok: true, value: parts.map((part) => part.value) };
      const range = rangeText(parameter);
      return { ok: false, problem: `Enter whole numbers with commas between them${range ? `, each ${range}` : ''}.` };
    }
  }
}

/** All fields: the parameters that differ from their defaults, or what is wrong, by name. */
export function readForm(
  parameters: readonly Parameter[],
  draft: Draft,
): { params: Record<string, unknown>; problems: Record<string, string> } {
  const params: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const parameter of parameters) {
    const result = readField(parameter, draftText(parameter, draft));
    if (!result.ok) problems[parameter.name] = result.problem;
    else if (isChanged(parameter, draft)) params[parameter.name] = result.value;
  }
  return { params, problems };
}

/** `learningRate` → `Learning rate`; `logQ` and the like keep their capitals. */
export function fieldLabel(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z][a-z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
