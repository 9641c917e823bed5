/** A part of one request's story, as it is named in traces. */
export type Stage = 'candidates' | 'filter' | 'rank' | 'rules' | 'explain';

/** Measures the stages of one request, for whoever traces. */
export interface StageTimer {
  /** Runs the work and says how long it took; what it returns or throws goes through. */
  span<T>(name: Stage, work: () => T): T;
}

/** Nobody traces: the work is run, and that is all. */
export const noStages: StageTimer = { span: (_name, work) => work() };
