/** One event, as it is reported. `event_id` and `timestamp` are filled in when they are missing. */
export interface TrackedEvent {
  user_id: string;
  item_id: string;
  event_type?: string;
  value?: number;
  /** ISO 8601, or seconds or milliseconds since 1970. */
  timestamp?: string | number;
  session_id?: string;
  context?: Record<string, unknown>;
  event_id?: string;
}

export interface TrackerOptions {
  /** Where events go: `http://127.0.0.1:8000/api/track`, or a path of your own server that hands them on. */
  url: string;
  apiKey?: string;
  /** Events wait so long for others. */
  flushAfterMs?: number;
  /** So many do not wait. */
  flushAt?: number;
  /** So many are kept while they cannot be sent; then the oldest go. */
  mostKept?: number;
  /** Waits between attempts grow from the first to the second of these. */
  retryMs?: [first: number, longest: number];
  /** Hears of events that are given up; `dropped` counts them. */
  onDrop?: (events: readonly TrackedEvent[], reason: string) => void;
  fetch?: typeof fetch;
}

/** A request takes so many. */
const mostInRequest = 500;
/** Browsers let so much leave with a page that closes. */
const mostLeavingBytes = 60_000;

/** Of a page, where there is one. */
interface Page {
  document?: {
    visibilityState: string;
    addEventListener(type: string, listener: () => void): void;
    removeEventListener(type: string, listener: () => void): void;
  };
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
  navigator?: { sendBeacon?(url: string, data: Blob): boolean };
  Request?: { prototype: object };
}

function newId(): string {
  if (typeof crypto !== 'undefined' && typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  // Pages without TLS have no randomUUID.
  const part = (): string => Math.random().toString(36).slice(2, 12).padEnd(10, '0');
  return `${Date.now().toString(36)}-${part()}-${part()}`;
}

/**
 * Reports events in batches. Each event gets its id when it is tracked and keeps it, so that the server stores it once however often it is sent:
 * after a lost answer, and when a page is left while a request is under way.
 */
export class Tracker {
  private readonly options: Required<Omit<TrackerOptions, 'apiKey' | 'onDrop'>> & Pick<TrackerOptions, 'apiKey' | 'onDrop'>;
  /** Events that were given up: refused by the server, or too many to keep. */
  dropped = 0;
  private queue: TrackedEvent[] = [];
  private sending: Promise<unknown> | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;
  private retryAfterMs = 0;
  private closed = false;
  private readonly page = globalThis as unknown as Page;
  private readonly onHide = (): void => {
    if (this.page.document === undefined || this.page.document.visibilityState === 'hidden') this.leave();
  };
  private readonly onPageHide = (): void => this.leave();

  constructor(options: TrackerOptions) {
    this.options = {
      flushAfterMs: 5000,
      flushAt: 20,
      mostKept: 1000,
      retryMs: [1000, 60_000],
      fetch: (input, init) => fetch(input, init),
      ...options,
    };
    this.page.document?.addEventListener('visibilitychange', this.onHide);
    if (this.page.document) this.page.addEventListener?.('pagehide', this.onPageHide);
  }

  /** Events that the server has not acknowledged yet. */
  get pending(): number {
    return this.queue.length;
  }

  /** Takes an event, at once. Returns its id. */
  track(event: TrackedEvent): string {
    if (this.closed) throw new Error('This tracker is closed.');
    const taken = { ...event, event_id: event.event_id ?? newId(), timestamp: event.timestamp ?? new Date().toISOString() };
    this.queue.push(taken);
    const excess = this.queue.length - this.options.mostKept;
    if (excess > 0) this.drop(this.queue.slice(0, excess), 'more are waiting than are kept');
    if (this.sending === null && this.failures === 0) {
      if (this.queue.length >= this.options.flushAt) this.startSending();
      else this.schedule(this.options.flushAfterMs);
    }
    return taken.event_id;
  }

  /** Sends what waits, once; resolves when that was answered, or failed and will be tried again. */
  async flush(): Promise<void> {
    // What was tracked while a request was under way goes with the next one.
    if (this.sending) await this.sending;
    if (this.queue.length > 0) await this.startSending();
  }

  /** Sends what waits, tries again for as long as it may, and takes nothing more. Resolves with the number of events that were not sent. */
  async close(waitMs = 5000): Promise<number> {
    this.closed = true;
    this.page.document?.removeEventListener('visibilitychange', this.onHide);
    this.page.removeEventListener?.('pagehide', this.onPageHide);
    const end = Date.now() + waitMs;
    while (this.queue.length > 0) {
      await this.flush();
      const left = end - Date.now();
      if (this.queue.length === 0 || left <= 0) break;
      await new Promise((resolve) => setTimeout(resolve, Math.min(this.waitMs(), left)));
    }
    this.clearTimer();
    return this.queue.length;
  }

  private clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private schedule(ms: number): void {
    if (this.timer !== null) return;
    this.timer = setTimeout(() => void this.startSending(), ms);
    // A program of Node may end; close() is there for what waits.
    (this.timer as { unref?: () => void }).unref?.();
  }

  private startSending(): Promise<unknown> {
    this.clearTimer();
    this.sending ??= this.deliver(this.queue.slice(0, mostInRequest)).finally(() => {
      this.sending = null;
      if (this.queue.length === 0 || this.closed) return;
      if (this.failures > 0) this.schedule(this.waitMs());
      else this.schedule(this.queue.length >= this.options.flushAt ? 0 : this.options.flushAfterMs);
    });
    return this.sending;
  }

  private waitMs(): number {
    if (this.failures === 0) return 0;
    const [first, longest] = this.options.retryMs;
    const grown = Math.min(first * 2 ** (this.failures - 1), longest);
    // Not all clients at the same moment.
    return Math.max(grown * (0.75 + Math.random() / 4), this.retryAfterMs);
  }

  /** Sends one batch. Where it is refused for good, its halves are sent by themselves, until the event is found that it is refused for. */
  private async deliver(batch: TrackedEvent[]): Promise<boolean> {
    if (batch.length === 0) return true;
    const outcome = await this.post(batch);
    if (outcome === 'later') return false;
    if (outcome === 'stored') {
      this.remove(batch);
      return true;
    }
    if (batch.length === 1) {
      this.drop(batch, outcome.refused);
      return true;
    }
    const half = batch.length >> 1;
    return (await this.deliver(batch.slice(0, half))) && (await this.deliver(batch.slice(half)));
  }

  private remove(events: readonly TrackedEvent[]): void {
    const gone = new Set(events);
    this.queue = this.queue.filter((event) => !gone.has(event));
  }

  private drop(events: readonly TrackedEvent[], reason: string): void {
    this.remove(events);
    this.dropped += events.length;
    this.options.onDrop?.(events, reason);
  }

  private request(events: readonly TrackedEvent[], keepalive: boolean): Promise<Response> {
    const { url, apiKey, fetch: send } = this.options;
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (apiKey !== undefined) headers.authorization = `Bearer ${apiKey}`;
    return send(url, { method: 'POST', headers, body: JSON.stringify({ events }), ...(keepalive ? { keepalive } : {}) });
  }

  private async post(events: readonly TrackedEvent[]): Promise<'stored' | 'later' | { refused: string }> {
    this.retryAfterMs = 0;
    try {
      const response = await this.request(events, false);
      if (response.ok) {
        this.failures = 0;
        return 'stored';
      }
      const text = await response.text();
      const { status } = response;
      // These are of the events; anything else may be another answer later.
      if (status === 400 || status === 409 || status === 413 || status === 422) return { refused: `${status} ${text}` };
      this.retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1000 || 0;
    } catch {
      // No answer: stored or not, the same ids make the next attempt harmless.
    }
    this.failures += 1;
    return 'later';
  }

  /** The page may be gone in a moment: all that is not acknowledged goes now. It stays in the queue until an answer comes. */
  private leave(): void {
    const batch: TrackedEvent[] = [];
    let bytes = 0;
    for (const event of this.queue) {
      bytes += JSON.stringify(event).length * 3;
      if (bytes > mostLeavingBytes) break;
      batch.push(event);
    }
    if (batch.length === 0) return;
    const { navigator, Request: request } = this.page;
    const keeps = request !== undefined && 'keepalive' in request.prototype;
    if (!keeps && this.options.apiKey === undefined && navigator?.sendBeacon) {
      const body = new Blob([JSON.stringify({ events: batch })], { type: 'application/json' });
      navigator.sendBeacon(this.options.url, body);
      return;
    }
    this.request(batch, true).then(
      (response) => {
        if (response.ok) this.remove(batch);
      },
      () => undefined,
    );
  }
}
