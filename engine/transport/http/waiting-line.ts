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
 * @param now milliseconds that only go forward, for tests
 */
export function createWaitingLine(sliceMs: number, knocking: () => boolean, now = (): number => performance.now()): WaitingLine {
  let line: ((() => void) | undefined)[] = [];
  let head = 0;
  let running = false;
  let eachMs = 0.5;
  let workedMs = 0;
  /** Since the event loop last came round, spent on those who found nobody waiting. */
  let atOnceMs = 0;
  let rounding = false;
  let turnBeganMs = 0;
  let turnCount = 0;

  const turn = (): void => {
    const beganMs = now();
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
    } while (head < line.length && now() - beganMs < sliceMs);
    workedMs = now();
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

  const rounded = (): void => {
    rounding = false;
    atOnceMs = 0;
  };
  /** Where nobody waits there is no line: other work of the process, done between turns, would come before. */
  const workAtOnce = (work: () => void): void => {
    const beganMs = now();
    work();
    atOnceMs += now() - beganMs;
    if (rounding) return;
    rounding = true;
    setImmediate(rounded);
  };

  return {
    expectedMs: () => (line.length - head) * eachMs,
    get length() {
      return line.length - head;
    },
    join(work) {
      if (!running && atOnceMs < sliceMs) {
        workAtOnce(work);
        return;
      }
      line.push(work);
      if (running) return;
      running = true;
      setImmediate(turn);
    },
  };
}
