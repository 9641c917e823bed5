import type { EngineEvent } from '#contract/events';

export interface EventBatch {
  push(event: EngineEvent): void;
  /** Hand on now what waits: an answer must not overtake the events that were sent before it. */
  flush(): void;
}

/** Events are handed on together, a few times a second: a fast training must not redraw the window at each of its steps. */
export function batchEvents(apply: (events: EngineEvent[]) => void, everyMs: number): EventBatch {
  let waiting: EngineEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = [];
    if (batch.length) apply(batch);
  };
  return {
    push: (event) => {
      waiting.push(event);
      timer ??= setTimeout(flush, everyMs);
    },
    flush,
  };
}
