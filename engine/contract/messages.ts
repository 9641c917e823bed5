import { z } from 'zod';
import type { ErrorReport } from './errors.ts';
import type { EngineEvent } from './events.ts';

/** What a caller sends through a port. Every call gets exactly one answer with its id. */
export const CallMessage = z.object({ id: z.number().int(), operation: z.string(), input: z.unknown() });
export type CallMessage = z.infer<typeof CallMessage>;

export type AnswerMessage = { id: number; ok: true; value: unknown } | { id: number; ok: false; error: ErrorReport };
export type EventMessage = { event: EngineEvent };
export type EngineMessage = AnswerMessage | EventMessage;
