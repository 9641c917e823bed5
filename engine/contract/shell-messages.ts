/** Between the main process and the engine process it started, in the app. Ports travel beside the message. */
export type ShellToEngine =
  /** A window's end of a new port is `ports[0]`. */
  | { type: 'connect' }
  /** A child asked for is running; the engine's end of its port is `ports[0]`. */
  | { type: 'spawned'; id: number; pid: number | null }
  | { type: 'exited'; id: number; code: number | null; signal: string | null }
  /** Close what is open, then end. */
  | { type: 'shutdown' };

export type EngineToShell =
  | { type: 'ready' }
  | { type: 'spawn'; id: number; entry: ChildEntry }
  | { type: 'kill'; id: number }
  /** The folder that the window may show in the file manager. */
  | { type: 'workspace'; path: string | null }
  /** Titles of the jobs that quitting would stop. */
  | { type: 'jobs'; running: string[] };

export type ChildEntry = 'trainer' | 'server';

/** What the engine is told when it starts, as JSON in its last argument. */
export interface EngineStart {
  stateFolder: string;
  appFolder: string;
  version: string;
  /** It ended unexpectedly before: what was served is served again, too. */
  crashed: boolean;
}
