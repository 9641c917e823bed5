/** How a child process ended. */
export interface ChildExit {
  code: number | null;
  signal: string | null;
}

/** A child process that was started with one of our own entries. */
export interface ChildHandle {
  readonly pid: number | undefined;
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (exit: ChildExit) => void): void;
  /** Ends it at once; for children that did not stop when asked. */
  kill(): void;
}

/** Starts children: by utilityProcess in the app, by child_process on the command line. */
export interface ProcessHost {
  start(entry: 'trainer' | 'server'): ChildHandle;
}
