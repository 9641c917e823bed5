import type { z } from 'zod';
import { type EventsAnswer, LoggedEvent, type ServedEvent } from '#contract/api/event-routes';
import { EngineError } from '#contract/errors';
import { type EventLog, type EventLogOptions, openEventLog } from './event-log.ts';
import { readNewestLines } from './event-log-files.ts';
import { createEventMemory, type EventMemory, rememberedEvents } from './event-memory.ts';
import { lineOf, settleEvent } from './settle-event.ts';

/** The story of what is reported to the server: settled, known ids left out, durable, then in memory, then answered. */
export interface ReceivedEvents {
  /**
   * @param idempotencyKey gives ids to events that have none, so that sending the same request again is harmless
   */
  receive(events: readonly ServedEvent[], idempotencyKey?: string): Promise<z.infer<typeof EventsAnswer>>;
  readonly memory: EventMemory;
  problem(): string | null;
  /** What is on its way to the disk. */
  waiting(): { bytes: number; events: number };
  close(): Promise<void>;
}

/** Hears of events once they are durable. */
export type EventListener = (events: readonly LoggedEvent[]) => void;

const noFolder = 'This server keeps no event log: it was started without a folder for one. Start it with recsmith serve, which makes one.';

async function recall(folder: string, memory: EventMemory, limit: number): Promise<void> {
  const lines = await readNewestLines(folder, limit);
  for (const [i, line] of lines.entries()) {
    // A damaged line is the business of the reader, who reports it; here it just teaches nothing.
    try {
      memory.remember(LoggedEvent.parse(JSON.parse(line)));
    } catch {}
    if (i % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Opens the event log (none where `folder` is null: then events are refused) and recalls its newest events. */
export async function openReceivedEvents(
  folder: string | null,
  onStored: EventListener,
  options: EventLogOptions & { remember?: number } = {},
): Promise<ReceivedEvents> {
  const limit = options.remember ?? rememberedEvents;
  const memory = createEventMemory(limit);
  const log: EventLog | null = folder === null ? null : await openEventLog(folder, options);
  if (folder !== null) await recall(folder, memory, limit);
  /** Ids on their way to the disk: who repeats one of them waits for the same write. */
  const underWay = new Map<string, Promise<void>>();

  return {
    memory,
    problem: () => (log ? log.problem() : null),
    waiting: () => ({ bytes: log?.queuedBytes() ?? 0, events: underWay.size }),
    close: async () => log?.close(),
    async receive(events, idempotencyKey) {
      if (!log) throw new EngineError('unavailable', noFolder);
      const nowMs = Date.now();
      const settled = events.map((event, i) =>
        settleEvent(event, nowMs, idempotencyKey === undefined ? undefined : `${idempotencyKey}:${i}`),
      );
      const fresh = new Map<string, LoggedEvent>();
      const waitFor = new Set<Promise<void>>();
      for (const event of settled) {
        const pending = underWay.get(event.event_id);
        if (pending) waitFor.add(pending);
        else if (!memory.has(event.event_id) && !fresh.has(event.event_id)) fresh.set(event.event_id, event);
      }
      if (fresh.size > 0) {
        const stored = log.append(Array.from(fresh.values(), lineOf).join(''));
        for (const id of fresh.keys()) underWay.set(id, stored);
        try {
          await stored;
          for (const event of fresh.values()) memory.remember(event);
          onStored([...fresh.values()]);
        } finally {
          for (const id of fresh.keys()) underWay.delete(id);
        }
      }
      await Promise.all(waitFor);
      return { accepted: fresh.size, duplicates: settled.length - fresh.size, event_ids: settled.map((event) => event.event_id) };
    },
  };
}
