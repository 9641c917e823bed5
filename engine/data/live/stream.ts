import { EngineError } from '#contract/errors';
import { type LiveSetting, shownUrl as shown } from '#contract/live';
import { demandIds, type Message, positionOf, setPosition, storeBatch } from './batch.ts';
import { pause, type Reader, type SourceContext, waitBefore } from './source-context.ts';

type StreamSetting = Extract<LiveSetting, { kind: 'stream' }>;

const batchLines = 2000;
const batchMs = 1000;
const longestLine = 1024 * 1024;

/** Cuts what comes into lines. One that is too long is given once, cut, and the rest of it is left out. A last line without its end was cut off, and is not given. */
function lineCutter(): (bytes: Uint8Array) => string[] {
  const decoder = new TextDecoder();
  let rest = '';
  let skipping = false;
  return (bytes) => {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = parts.pop() as string;
    const lines = parts.map((line) => line.replace(/\r$/, ''));
    if (skipping && lines.length > 0) {
      lines.shift();
      skipping = false;
    }
    if (rest.length > longestLine) {
      if (!skipping) lines.push(rest.slice(0, longestLine));
      skipping = true;
      rest = '';
    }
    return lines;
  };
}

/** What the server or the network said, in words. */
function inWords(url: string, error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  const code = cause?.code ?? '';
  const known: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'the name is not known',
    ECONNRESET: 'the connection was cut',
    UND_ERR_SOCKET: 'the connection was cut',
    UND_ERR_BODY_TIMEOUT: 'nothing came for long',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of nobody whom this machine trusts',
  };
  return `${url} cannot be read: ${known[code] ?? cause?.message ?? (error as Error).message}. It is tried again.`;
}

/**
 * Reads an object a line from an address that keeps answering. When it ends or breaks it is asked again, with growing pauses; where objects say where they stand, for
 * what comes after the last one that was stored, else what comes again counts as duplicates.
 */
export const streamReader =
  (setting: StreamSetting): Reader =>
  async (context) => {
    const { signal, tell, id, db } = context;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const position = await positionOf(db, id, 'cursor');
        const url = new URL(setting.url);
        if (setting.cursor && position !== null) url.searchParams.set(setting.cursorParam, position);
        const response = await fetch(url, { signal, headers: headersOf(setting, context) });
        if (response.status === 401 || response.status === 403)
          throw new EngineError(
            'invalid_input',
            `${shown(setting.url)} refuses this reader (${response.status}). Name the environment variable of the right token.`,
          );
        if (!response.ok || !response.body) throw new Error(`it answers ${response.status}`);
        tell({ state: 'running', detail: null });
        const stored = await readBody(response.body, setting, context);
        if (stored > 0) attempt = 0;
        tell({ state: 'waiting', detail: `${shown(setting.url)} has ended. It is asked again.` });
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof EngineError) throw error;
        tell({ state: 'waiting', detail: inWords(shown(setting.url), error) });
      }
      await pause(waitBefore(attempt), signal);
    }
  };

function headersOf({ tokenEnv }: StreamSetting, { env }: SourceContext): Record<string, string> {
  if (tokenEnv === undefined) return { accept: 'application/x-ndjson, application/json' };
  const token = env[tokenEnv];
  if (!token)
    throw new EngineError('invalid_input', `The environment variable ${tokenEnv}, which is to hold the token, is not set.`, {
      variable: tokenEnv,
    });
  return { accept: 'application/x-ndjson, application/json', authorization: `Bearer ${token}` };
}

/** Stores what comes, a batch when it is full or a second old. Gives how many rows were stored. */
async function readBody(body: ReadableStream<Uint8Array>, setting: StreamSetting, context: SourceContext): Promise<number> {
  const { db, id, name, signal } = context;
  let batch: Message[] = [];
  let number = 0;
  let stored = 0;
  let due = Number.POSITIVE_INFINITY;
  const place = shown(setting.url);
  const store = async (): Promise<void> => {
    if (batch.length === 0) return;
    const messages = batch;
    batch = [];
    due = Number.POSITIVE_INFINITY;
    if (stored === 0) demandIds(name, messages, context.map);
    const cursor = setting.cursor ? cursorOf(messages, setting.cursor) : null;
    const counts = await storeBatch(db, context, messages, async (session) => {
      if (cursor !== null) await setPosition(session, id, 'cursor', cursor);
    });
    stored += counts.read;
    context.took(counts);
  };
  const reader = body.getReader();
  const cut = lineCutter();
  // Nothing is read ahead of what is stored.
  let next = reader.read();
  try {
    while (!signal.aborted) {
      const arrived = Number.isFinite(due) ? await orAfter(next, Math.max(0, due - Date.now())) : await next;
      if (arrived === null) {
        await store();
        continue;
      }
      if (arrived.done) break;
      for (const text of cut(arrived.value)) {
        number++;
        if (text.trim() === '') continue;
        if (batch.length === 0) due = Date.now() + batchMs;
        batch.push({ text, line: number, place });
        if (batch.length >= batchLines) await store();
      }
      next = reader.read();
    }
    // Also where it is to stop: a source that does not say the same again would have lost it.
    await store();
  } catch (error) {
    // What came before the break is whole.
    if (!(error instanceof EngineError)) await store();
    throw error;
  } finally {
    next.catch(() => undefined);
    await reader.cancel().catch(() => undefined);
  }
  return stored;
}

/** What a promise gives, or null where it takes longer. */
async function orAfter<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  const stop = new AbortController();
  try {
    return await Promise.race([promise, pause(ms, stop.signal).then(() => null)]);
  } finally {
    stop.abort();
  }
}

/** Where the last object of a batch says that it stands. */
function cursorOf(messages: readonly Message[], member: string): string | null {
  for (const { text } of [...messages].reverse()) {
    try {
      const value = (JSON.parse(text) as Record<string, unknown>)[member];
      if (typeof value === 'string' || typeof value === 'number') return String(value);
    } catch {
      // A broken line says nothing of where it stands.
    }
  }
  return null;
}
