import type { IncomingHttpHeaders } from 'node:http';

/** A part of one request's story, as it is named in traces. */
export type Stage = 'candidates' | 'filter' | 'rank' | 'rules' | 'explain';

/** Measures the stages of one request, for whoever traces. */
export interface StageTimer {
  /** Runs the work and says how long it took; what it returns or throws goes through. */
  span<T>(name: Stage, work: () => T): T;
}

/** Nobody traces: the work is run, and that is all. */
export const noStages: StageTimer = { span: (_name, work) => work() };

/** What a trace says of a request: names from fixed sets and numbers, never who was asked for. */
export interface TracedAnswer {
  requestId: string;
  route: string;
  method: string;
  status: number;
  source?: string | undefined;
  degraded?: string | undefined;
}

/** One request that is traced. */
export interface RequestTrace {
  stages: StageTimer;
  end(answer: TracedAnswer): void;
}

export interface Tracer {
  /**
   * Continues the caller's trace where the headers name one (W3C trace context), else begins one.
   * @param arrivedMs by `performance.now()`
   */
  begin(headers: IncomingHttpHeaders, arrivedMs: number): RequestTrace;
  /** Sends what is left, for as long as a stop may take. */
  close(): Promise<void>;
}
