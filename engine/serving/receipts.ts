/** The times at which events are received, one each, in the order of the log. */
export interface Receipts {
  /** Now, and later than every one before, whatever the clock did meanwhile. */
  next(): number;
  /** One of an earlier process. */
  recall(receivedMs: number): void;
}

/** In a millisecond come many events. */
const stepMs = 0.001;

export function createReceipts(now: () => number = Date.now): Receipts {
  let lastMs = 0;
  return {
    next() {
      lastMs = Math.max(now(), Math.round((lastMs + stepMs) / stepMs) * stepMs);
      return lastMs;
    },
    recall(receivedMs) {
      lastMs = Math.max(lastMs, receivedMs);
    },
  };
}
