import type { z } from 'zod';
import type { EventsAnswer, LoggedEvent, ServedEvent } from '#contract/api/event-routes';
import { EngineError } from '#contract/errors';
import { blankUserLines } from '../files/user-lines.ts';
import { eventText, lineOf, parseLine, requestLine, requestOf, type StoredRequest, sketchLine } from './event-line.ts';
import { type EventLog, type EventLogOptions, openEventLog } from './event-log.ts';
import { listLogs, logFile, visitNewestLines } from './event-log-files.ts';
import { createEventMemory, type EventMemory, type EventMemoryLimits, rememberedEvents } from './event-memory.ts';
import { createReceipts, type Receipts } from './receipts.ts';
import { acceptedBefore, rememberRequest, requestDigest } from './repeated-requests.ts';
import { settleEvent } from './settle-event.ts';
import { createStoredIds, rememberedIds, type StoredIds } from './stored-ids.ts';

/** What a request is told, and how many events it brought: none where it repeats another one, whose answer it gets. */
export interface Received {
  answer: z.infer<typeof EventsAnswer>;
  stored: number;
}

/** The story of what is reported to the server: settled, known ids left out, durable, then in memory, then answered. */
export interface ReceivedEvents {
  /**
   * Stores events once, whole or not at all. Throws `conflict` where an id was used for another event, or the key for another request.
   * @param idempotencyKey gives ids to events that have none, and the first answer to each repeat of the same request
   */
  receive(events: readonly ServedEvent[], idempotencyKey?: string): Promise<Received>;
  /** Forgets a user, in memory and in the log, and says how many lines of theirs were blanked. What comes of them later is of somebody new. */
  forget(userId: string): Promise<number>;
  readonly memory: EventMemory;
  problem(): string | null;
  /** What is on its way to the disk. */
  waiting(): { bytes: number; events: number };
  close(): Promise<void>;
}

/** Hears of events once they are durable. */
export type EventListener = (events: readonly LoggedEvent[]) => void;

export interface ReceivedEventsOptions extends EventLogOptions {
  memory?: EventMemoryLimits;
  /** Ids are recalled of so many of the newest lines at least. */
  recallIds?: number;
}

const noFolder = 'This server keeps no event log: it was started without a folder for one. Start it with recsmith serve, which makes one.';

interface Recalled {
  ids: StoredIds;
  memory: EventMemory;
  receipts: Receipts;
}

/** Recalls from the log which ids were stored, with what, and the newest events. A damaged line is its reader's business, who reports it. */
async function recall(folder: string, { ids, memory, receipts }: Recalled, options: ReceivedEventsOptions): Promise<void> {
  const remembered = options.memory?.events ?? rememberedEvents;
  await visitNewestLines(folder, options.recallIds ?? rememberedIds, (text, from, to, newer) => {
    try {
      const bare = requestOf(text, from, to);
      if (bare) rememberRequest(ids, bare);
      const sketch = sketchLine(text, from, to);
      if (sketch?.receivedMs) receipts.recall(sketch.receivedMs);
      // The first line of an id is the one that counts.
      if (!sketch || ids.get(sketch.eventId) !== undefined) return;
      const event = newer < remembered ? parseLine(text.slice(from, to)) : null;
      if (newer < remembered && !event) return;
      ids.set(sketch.eventId, sketch.contentEnd === null ? 0 : ids.digestOf(text, from, sketch.contentEnd));
      if (sketch.request) rememberRequest(ids, sketch.request);
      if (event) memory.remember(event);
    } catch {}
  });
}

interface UnderWay {
  digest: number;
  stored: Promise<void>;
}

/** Opens the event log (none where `folder` is null: then events are refused) and recalls what it holds. */
export async function openReceivedEvents(
  folder: string | null,
  onStored: EventListener,
  options: ReceivedEventsOptions = {},
): Promise<ReceivedEvents> {
  const memory = createEventMemory(options.memory);
  const ids = createStoredIds();
  const receipts = createReceipts();
  const log: EventLog | null = folder === null ? null : await openEventLog(folder, options);
  if (folder !== null) await recall(folder, { ids, memory, receipts }, options);
  /** Ids on their way to the disk: who repeats one of them waits for the same write. */
  const underWay = new Map<string, UnderWay>();
  const requests = new Map<string, { digest: string; received: Promise<Received> }>();

  const store = async (events: readonly LoggedEvent[], texts: readonly SettledText[], key?: StoredKey): Promise<Received> => {
    const fresh = new Map<string, number>();
    const digests: number[] = [];
    const waitFor = new Set<Promise<void>>();
    for (let i = 0; i < events.length; i++) {
      const { event_id: id } = events[i] as LoggedEvent;
      const { text, contentEnd } = texts[i] as SettledText;
      const digest = ids.digestOf(text, 0, contentEnd);
      digests.push(digest);
      const pending = underWay.get(id);
      const before = fresh.get(id);
      const known = pending?.digest ?? (before === undefined ? ids.get(id) : digests[before]);
      if (known === undefined) fresh.set(id, i);
      else if (known !== 0 && known !== digest) throw otherEvent(id);
      else if (pending) waitFor.add(pending.stored);
    }
    const answer = {
      accepted: fresh.size,
      duplicates: events.length - fresh.size,
      event_ids: events.map((event) => event.event_id),
    };
    if (fresh.size > 0) {
      const request = key && { ...key, accepted: fresh.size };
      let lines = '';
      let left = fresh.size;
      // The request is named on its last line: where that one is whole, all are.
      for (const i of fresh.values()) {
        const receivedMs = receipts.next();
        (events[i] as LoggedEvent).receivedMs = receivedMs;
        lines += lineOf(texts[i] as SettledText, receivedMs, --left === 0 ? request : undefined);
      }
      const stored = (log as EventLog).append(lines, fresh.size);
      for (const [id, i] of fresh) underWay.set(id, { digest: digests[i] as number, stored });
      try {
        await stored;
        const storedEvents: LoggedEvent[] = [];
        for (const [id, i] of fresh) {
          ids.set(id, digests[i] as number);
          storedEvents.push(events[i] as LoggedEvent);
        }
        for (const event of storedEvents) memory.remember(event);
        if (request) rememberRequest(ids, request);
        onStored(storedEvents);
      } finally {
        for (const id of fresh.keys()) underWay.delete(id);
      }
    }
    if (waitFor.size > 0) await Promise.all(waitFor);
    if (fresh.size === 0 && key) {
      const request = { ...key, accepted: 0 };
      await (log as EventLog).append(requestLine(request));
      rememberRequest(ids, request);
    }
    return { answer, stored: fresh.size };
  };

  /** The first request under a key is stored; each other one gets its answer. */
  const storeOnce = async (events: readonly LoggedEvent[], texts: readonly SettledText[], key: string): Promise<Received> => {
    const digest = requestDigest(texts.map(({ text, contentEnd }) => text.slice(0, contentEnd)));
    const pending = requests.get(key);
    if (pending) {
      if (pending.digest !== digest) throw otherRequest(key);
      return { ...(await pending.received), stored: 0 };
    }
    const accepted = acceptedBefore(ids, key, digest);
    if (accepted === false) throw otherRequest(key);
    if (accepted !== null) {
      return { answer: { accepted, duplicates: events.length - accepted, event_ids: events.map((event) => event.event_id) }, stored: 0 };
    }
    const received = store(events, texts, { key, digest });
    requests.set(key, { digest, received });
    try {
      return await received;
    } finally {
      requests.delete(key);
    }
  };

  const forget = async (userId: string): Promise<number> => {
    let lines = 0;
    if (log === null || folder === null) return lines;
    const ends = new Map<number, number>();
    const blank = async (): Promise<void> => {
      for (const number of await listLogs(folder)) {
        const blanked = await blankUserLines(logFile(folder, number), userId, ends.get(number));
        ends.set(number, blanked.end);
        lines += blanked.lines;
      }
    };
    // Most of it while events go on; then the little that came meanwhile, while they wait.
    await blank();
    await log.pause(async () => {
      await blank();
      memory.forgetUser(userId);
    });
    return lines;
  };

  return {
    memory,
    forget,
    problem: () => (log ? log.problem() : null),
    waiting: () => ({ bytes: log?.queuedBytes() ?? 0, events: underWay.size }),
    close: async () => log?.close(),
    async receive(events, idempotencyKey) {
      if (!log) throw new EngineError('unavailable', noFolder);
      const nowMs = Date.now();
      const settled = events.map((event, i) =>
        settleEvent(event, nowMs, idempotencyKey === undefined ? undefined : `${idempotencyKey}:${i}`),
      );
      const texts = settled.map((event, i) => eventText(event, events[i]?.timestamp === undefined));
      return idempotencyKey === undefined ? store(settled, texts) : storeOnce(settled, texts, idempotencyKey);
    },
  };
}

type SettledText = ReturnType<typeof eventText>;
type StoredKey = Omit<StoredRequest, 'accepted'>;

const otherEvent = (id: string): EngineError =>
  new EngineError(
    'conflict',
    `The event_id ${JSON.stringify(id)} was used for another event. Nothing of this request is stored: give new events ids of their own, and repeat an event as it was.`,
    { eventId: id },
  );

const otherRequest = (key: string): EngineError =>
  new EngineError(
    'conflict',
    `The Idempotency-Key ${JSON.stringify(key)} was used for another request. Nothing of this one is stored: give each request a key of its own, and repeat one as it was.`,
    { idempotencyKey: key },
  );
