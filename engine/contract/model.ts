import { z } from 'zod';
import { operation } from './operation.ts';

/** Parameters as the form, the flags and the docs need them: made from the model's zod schema. */
export const Parameter = z.object({
  name: z.string(),
  /** `choices`: several of a list, in an order; `json`: anything, written as JSON. */
  kind: z.enum(['integer', 'number', 'boolean', 'choice', 'integers', 'choices', 'json']),
  description: z.string(),
  default: z.unknown(),
  /** Of a number its bounds; of `choices` how many there may be. */
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  choices: z.array(z.string()).optional(),
});
export type Parameter = z.infer<typeof Parameter>;

export const ModelInfo = z.object({
  id: z.string(),
  label: z.string(),
  /** Retrieval models rank the whole catalogue; ranking models score candidates in a context. */
  role: z.enum(['retrieval', 'ranking']),
  summary: z.string(),
  /** Where it is strong and where not. */
  goodFor: z.string().optional(),
  /** How it answers users whom training did not know, and how new items get in; or why it cannot. */
  newUsers: z.string().optional(),
  newItems: z.string().optional(),
  paper: z.string().optional(),
  needs: z.array(z.enum(['timestamps', 'attributes'])),
  /** Has user and item embeddings, so that a vector index and a bundle can be made of it. */
  factorised: z.boolean(),
  baseline: z.boolean(),
  /** It learns by epochs, so that a training that was interrupted can be resumed. */
  resumable: z.boolean().optional(),
  parameters: z.array(Parameter),
});
export type ModelInfo = z.infer<typeof ModelInfo>;

export const modelOperations = {
  'model.list': operation({ summary: 'Every model with its parameters', input: z.object({}), output: z.array(ModelInfo) }),
};
