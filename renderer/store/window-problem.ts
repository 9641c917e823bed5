import type { ErrorReport } from '#contract/errors';
import type { EngineEvent } from '#contract/events';

/** What the whole window has to say, above its views. */
export interface WindowProblem extends ErrorReport {
  /** It is about the workspace that was open last: settled once one is open. */
  restoring?: boolean;
}

/** Why the workspace that was open is not open any more has to be said somewhere, until there is another one. */
export function problemAfter(problem: WindowProblem | null, events: readonly EngineEvent[]): WindowProblem | null {
  return events.reduce<WindowProblem | null>((current, event) => {
    if (event.type === 'restore.failed') return { ...event.error, restoring: true };
    return event.type === 'workspace.changed' && current?.restoring ? null : current;
  }, problem);
}
