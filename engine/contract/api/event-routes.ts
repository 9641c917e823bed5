import { z } from 'zod';
import { EntityId, MiB, type Route } from './route.ts';

/** A context says where an event happened; it is no place for documents. */
const contextLimit = 16_384;

function fitsContext(context: Record<string, unknown>): boolean {
  try {
    return JSON.stringify(context).length <= contextLimit;
  } catch {
    // Nested more deeply than can be written.
    return false;
  }
}

/** One event. `content_id` and `post_id` are other clients' names for `item_id`. `timestamp`: ISO 8601, or seconds or milliseconds since 1970. */
export const ServedEvent = z
  .strictObject({
    event_id: z.string().min(1).max(200).optional(),
    user_id: EntityId,
    item_id: EntityId.optional(),
    content_id: EntityId.optional(),
    post_id: EntityId.optional(),
    event_type: z.string().min(1).max(100).default('view'),
    value: z.number().optional(),
    timestamp: z.union([z.string().max(40), z.number()]).optional(),
    session_id: z.string().max(200).optional(),
    context: z
      .record(z.string(), z.unknown())
      .refine(fitsContext, { message: `it is larger than ${contextLimit} characters of JSON, or nested too deeply` })
      .optional(),
  })
  .refine((event) => event.item_id ?? event.content_id ?? event.post_id, { message: 'item_id is missing', path: ['item_id'] });
export type ServedEvent = z.infer<typeof ServedEvent>;

/**
 * As written to the event log and read into the workspace: every name settled. `timestampMs` since 1970. `receivedMs` is when the server took it, a little
 * more with each event: it says what came before what. Lines of older versions lack it.
 */
export const LoggedEvent = z.object({
  event_id: z.string(),
  user_id: z.string(),
  item_id: z.string(),
  event_type: z.string(),
  value: z.number().nullable(),
  timestampMs: z.number(),
  receivedMs: z.number().optional(),
  session_id: z.string().nullable(),
  context: z.record(z.string(), z.unknown()).nullable(),
});
export type LoggedEvent = z.infer<typeof LoggedEvent>;

export const EventsAnswer = z.object({ accepted: z.number().int(), duplicates: z.number().int(), event_ids: z.array(z.string()) });

/** An event as it is given back. */
export const RecentEvent = z.object({
  event_id: z.string(),
  user_id: z.string(),
  item_id: z.string(),
  event_type: z.string(),
  value: z.number().nullable(),
  /** ISO 8601, UTC. */
  timestamp: z.string(),
  session_id: z.string().nullable(),
  context: z.record(z.string(), z.unknown()).nullable(),
});

const events = z.array(ServedEvent).min(1).max(1000);
const ingestion = { method: 'POST', role: 'service', bodyLimit: 4 * MiB, success: 202, answer: EventsAnswer } as const;

export const eventRoutes = {
  events: {
    ...ingestion,
    path: '/events',
    summary: 'One event or an array of at most 1,000; answered once durable; a repeated event_id is harmless',
    body: z.union([ServedEvent, events]),
  },
  logEvent: {
    ...ingestion,
    path: '/log_event',
    summary: 'The same as POST /events, under the name that other clients use',
    body: z.union([ServedEvent, events]),
  },
  track: {
    ...ingestion,
    path: '/api/track',
    summary: 'The same for tracking clients: one event, an array, or {"events": [...]}',
    body: z.union([ServedEvent, events, z.strictObject({ events })]),
  },
  recentEvents: {
    method: 'GET',
    path: '/events',
    summary: 'What was received lately, newest first, of one user or of all',
    // Who did what, with sessions and contexts, is for whoever sends it, not for whoever shows lists.
    role: 'service',
    query: z.object({ user_id: EntityId.optional(), limit: z.number().int().min(1).max(1000).default(100) }),
    success: 200,
    answer: z.object({ events: z.array(RecentEvent) }),
  },
} as const satisfies Record<string, Route>;
