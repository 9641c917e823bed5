import { z } from 'zod';
import { EngineError } from '#contract/errors';
import { explainIssues } from '#contract/issue-words';
import type { ModelInfo, Parameter } from '#contract/model';

/** A model's schema as JSON Schema says it: what the form, the flags and the docs are made from. */
interface PropertySchema {
  type?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  enum?: string[];
  items?: { enum?: string[] };
  minItems?: number;
  maxItems?: number;
}

interface Described {
  id: string;
  label: string;
  summary: string;
  goodFor?: string;
  newUsers?: string;
  newItems?: string;
  paper?: string;
  needs: ModelInfo['needs'];
  factorised: boolean;
  baseline: boolean;
  params: z.ZodObject;
}

function kindOf({ type, enum: choices, items }: PropertySchema): Parameter['kind'] {
  if (choices) return 'choice';
  if (items?.enum) return 'choices';
  if (type === 'object') return 'json';
  if (type === 'integer' || type === 'number' || type === 'boolean') return type;
  return 'integers';
}

/** The parameters of a schema, in its order, each with its default and bounds. */
export function describeParameters(params: z.ZodObject): Parameter[] {
  const schema = z.toJSONSchema(params, { io: 'input' }) as { properties?: Record<string, PropertySchema> };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const kind = kindOf(property);
    const minimum = kind === 'choices' ? property.minItems : (property.minimum ?? property.exclusiveMinimum);
    const maximum = kind === 'choices' ? property.maxItems : (property.maximum ?? property.exclusiveMaximum);
    const choices = property.enum ?? property.items?.enum;
    return {
      name,
      kind,
      description: property.description ?? '',
      default: property.default,
      ...(minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? { minimum } : {}),
      ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? { maximum } : {}),
      ...(choices ? { choices } : {}),
    };
  });
}

/** Whether a retrieval model learns by epochs (`train-epochs.ts`), so that a training can be resumed: those have their number among the parameters. */
export function learnsByEpochs({ params }: { params: z.ZodObject }): boolean {
  return 'epochs' in params.shape;
}

/** What the window and the command line are told of a model. */
export function describeModel(model: Described, role: ModelInfo['role']): ModelInfo {
  const { id, label, summary, goodFor, newUsers, newItems, paper, needs, factorised, baseline, params } = model;
  return {
    ...{ id, label, role, summary, needs, factorised, baseline },
    ...(goodFor ? { goodFor } : {}),
    ...(newUsers ? { newUsers } : {}),
    ...(newItems ? { newItems } : {}),
    ...(paper ? { paper } : {}),
    ...(role === 'retrieval' ? { resumable: learnsByEpochs(model) } : {}),
    parameters: describeParameters(params),
  };
}

/** What is no number stays text, to be refused as it was written. */
const numberOr = (text: string): number | string => (Number.isNaN(Number(text)) ? text.trim() : Number(text));

const withoutBrackets = (text: string): string => /^\s*\[(.*)\]\s*$/s.exec(text)?.[1] ?? text;

const partsOf = (text: string): string[] =>
  withoutBrackets(text)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** What is no JSON stays text, to be refused as it was written. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Text of a flag as the value its parameter wants: `--set hidden=64,32`, also `[64, 32]`. Other values pass through. */
function fromText({ kind }: Parameter, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if ((kind === 'integer' || kind === 'number') && value.trim() !== '') return numberOr(value);
  if (kind === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  if (kind === 'integers') return partsOf(value).map(numberOr);
  if (kind === 'choices') return partsOf(value);
  if (kind === 'json') return jsonOr(value);
  return value;
}

/** Parameters with every default filled in. Throws `invalid_input` that names the parameter, what is wrong with it and what there is. */
export function parseParams<P extends z.ZodObject>(model: { id: string; params: P }, raw: Record<string, unknown>): z.output<P> {
  const known = new Map(describeParameters(model.params).map((parameter) => [parameter.name, parameter]));
  const converted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    const parameter = known.get(name);
    if (!parameter) {
      const names = [...known.keys()].join(', ') || 'none';
      throw new EngineError('invalid_input', `${model.id} has no parameter "${name}". It has: ${names}.`, { parameter: name });
    }
    converted[name] = fromText(parameter, value);
  }
  const parsed = model.params.safeParse(converted);
  if (parsed.success) return parsed.data;
  const { field, sentence } = explainIssues(parsed.error, converted);
  const name = field.split('.')[0] ?? '';
  throw new EngineError('invalid_input', `The parameter "${name}" of ${model.id} is wrong: ${sentence}.`, {
    parameter: name,
    value: raw[name],
  });
}
