import type { TrafficSecond } from '#contract/server';

/** Ten minutes, less the seconds that go out of what the server keeps while it is looked at. */
const windowMs = 598_000;
/** A server of a few seconds is not stretched over the whole width. */
const leastMs = 60_000;

/** Every second of the window, those without a request among them. */
export interface TrafficWindow {
  /** Milliseconds since 1970, the start of each second. */
  times: number[];
  /** null where no request came. */
  seconds: (TrafficSecond | null)[];
  /** The whole ten minutes, or since when the server runs. */
  spanMs: number;
}

/** The last ten minutes, second by second; of a younger server, what there is of them. The second that is still going on is left out. */
export function trafficWindow(seconds: readonly TrafficSecond[], startedMs: number | null, nowMs: number): TrafficWindow {
  const last = Math.floor(nowMs / 1000) * 1000 - 1000;
  const begun = Math.min(startedMs ?? nowMs, seconds[0]?.timeMs ?? nowMs);
  const spanMs = Math.min(windowMs, Math.max(leastMs, Math.ceil((nowMs - begun) / 1000) * 1000));
  const first = last - spanMs + 1000;
  const known = new Map(seconds.map((second) => [Math.floor(second.timeMs / 1000) * 1000, second]));
  const times = Array.from({ length: spanMs / 1000 }, (_, at) => first + at * 1000);
  return { times, seconds: times.map((time) => known.get(time) ?? null), spanMs };
}

/** A moment as an axis of dates takes it, in the user's zone. */
export function localStamp(ms: number): string {
  const shifted = ms - new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 19).replace('T', ' ');
}
