/** Every way a call can be refused: its HTTP status and the exit code of the command line. */
export const errorTable = {
  invalid_input: { http: 400, exit: 2 },
  unreadable_file: { http: 400, exit: 3 },
  bad_data: { http: 422, exit: 4 },
  not_found: { http: 404, exit: 5 },
  conflict: { http: 409, exit: 6 },
  workspace_locked: { http: 409, exit: 7 },
  workspace_damaged: { http: 409, exit: 8 },
  port_in_use: { http: 409, exit: 9 },
  bundle_refused: { http: 422, exit: 10 },
  forbidden: { http: 403, exit: 11 },
  too_large: { http: 413, exit: 12 },
  unsupported: { http: 501, exit: 13 },
  out_of_memory: { http: 507, exit: 14 },
  diverged: { http: 422, exit: 15 },
  process_died: { http: 502, exit: 16 },
  unavailable: { http: 503, exit: 17 },
  timeout: { http: 504, exit: 18 },
  cancelled: { http: 499, exit: 130 },
  unauthorized: { http: 401, exit: 19 },
  too_many: { http: 429, exit: 20 },
  internal: { http: 500, exit: 1 },
} as const;

export type ErrorCode = keyof typeof errorTable;

/** What crosses a wall when something went wrong. */
export interface ErrorReport {
  code: ErrorCode;
  /** What happened and what to do next, in words a user can act on. */
  message: string;
  /** Facts a program may want: file, line, column, port, pid. */
  details?: Record<string, unknown> | undefined;
}

/** An outcome that somebody meant to happen. Anything else that is thrown is a bug and is shown as `internal`. */
export class EngineError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, details?: Record<string, unknown>, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EngineError';
    this.code = code;
    this.details = details;
  }
}

/** The report of anything thrown. A bug keeps its message short; its stack belongs in the log, not before a user. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof EngineError) {
    return { code: error.code, message: error.message, ...(error.details ? { details: error.details } : {}) };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message: `Something unexpected failed inside Recsmith: ${text}` };
}

/** The error again on the other side of a wall. */
export function errorFrom(report: ErrorReport): EngineError {
  return new EngineError(report.code, report.message, report.details);
}
