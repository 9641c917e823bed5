/** What the preload script gives the window as `window.recsmith`. The engine itself is reached by port, never through here. */
export interface Bridge {
  platform: string;
  /** Called for every engine (re)start; the port itself arrives as a window message {type:'engine-port'} with ports[0]. */
  onEngineState(listener: (state: EngineProcessState) => void): () => void;
  /** Ask for the port again after the page is ready. */
  requestEnginePort(): void;
  chooseFiles(kind: 'data' | 'folder' | 'workspace' | 'newWorkspace'): Promise<string[]>;
  /** Where to write a file; null where the dialog was closed. */
  chooseSaveFile(name: string): Promise<string | null>;
  /** A dropped File → its path. */
  pathForFile(file: unknown): string;
  setTheme(theme: ThemeChoice): void;
  copyText(text: string): void;
  /** Only inside the open workspace. */
  showFolder(path: string): void;
}

export interface EngineProcessState {
  state: 'starting' | 'running' | 'crashed' | 'stopped';
  attempt: number;
  detail?: string;
}

export type ThemeChoice = 'light' | 'dark' | 'system';
