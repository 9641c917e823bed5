/** Requests that wait for their turn. */
export interface WaitingLine {
  /** How long one who joins now would wait, as things go. */
  expectedMs(): number;
  readonly length: number;
  join(work: () => void): void;
}

/** How much the newest turn counts in the mean. */
const share = 0.1;
/** So long at most are those outside let in before those inside are served again. */
const restMs = 5;
/** A turn in which the whole process stood still says little about the next one. */
const longestMs = 20;

/**
 * First come, first served, a slice of time a turn of the event loop; what a request costs is learned from how fast the line moves.
 * @param knocking somebody was let in this turn. The event loop takes one new connection a turn, so that while clients knock, long turns would
 * leave them waiting where nobody sees them: most turns do nothing else then
 */
export function createWaitingLine(sliceMs: number, knocking: () => boolean): WaitingLine {
  let line: ((() => void) | undefined)[] = [];
  let head = 0;
  let running = false;
  let eachMs = 0.5;
  let workedMs = 0;
  let turnBeganMs = 0;
  let turnCount = 0;

  const turn = (): void => {
    const beganMs = performance.now();
    if (beganMs - workedMs < restMs && knocking()) {
      setImmediate(turn);
      return;
    }
    // All that happened since the last slice counts: reading, refusing, sending.
    if (turnCount > 0) eachMs += share * (Math.min((beganMs - turnBeganMs) / turnCount, longestMs) - eachMs);
    turnBeganMs = beganMs;
    turnCount = 0;
    do {
      const work = line[head] as () => void;
      line[head] = undefined;
      head += 1;
      turnCount += 1;
      work();
    } while (head < line.length && performance.now() - beganMs < sliceMs);
    workedMs = performance.now();
    if (head < line.length) {
      if (head > 1000) {
        line = line.slice(head);
        head = 0;
      }
      setImmediate(turn);
      return;
    }
    line = [];
    head = 0;
    turnCount = 0;
    running = false;
  };

  return {
    expectedMs: () => (line.length - head) * eachMs,
    get length() {
      return line.length - head;
    },
    join(work) {
      line.push(work);
      if (running) return;
      running = true;
      setImmediate(turn);
    },
  };
}
