import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeAtomic } from '../files/atomic.ts';

const State = z.object({
  /** Newest first. */
  recent: z.array(z.object({ path: z.string(), name: z.string(), openedAt: z.string() })).default([]),
  /** What was open when the engine last ran, to open again after a crash or at the next start. */
  open: z.string().nullable().default(null),
  /** What was served, and where. */
  serving: z
    .object({
      bundle: z.string(),
      port: z.number(),
      host: z.string().default('127.0.0.1'),
      names: z.array(z.string()).default([]),
      tls: z.object({ cert: z.string(), key: z.string() }).nullable().default(null),
    })
    .nullable()
    .default(null),
});
export type AppState = z.infer<typeof State>;

/** What the workbench remembers between starts, in one file of the user's own folder. A damaged one is forgotten. */
export interface AppStateFile {
  read(): Promise<AppState>;
  update(change: (state: AppState) => AppState): Promise<void>;
}

export function appStateFile(folder: string): AppStateFile {
  const file = path.join(folder, 'state.json');
  let last: Promise<void> = Promise.resolve();
  const read = async (): Promise<AppState> => {
    try {
      return State.parse(JSON.parse(await readFile(file, 'utf8')));
    } catch {
      return State.parse({});
    }
  };
  return {
    read,
    update(change) {
      // One after the other, so that two changes do not lose one another.
      last = last.then(async () => {
        const next = change(await read());
        await mkdir(folder, { recursive: true });
        await writeAtomic(file, `${JSON.stringify(next, null, 2)}\n`);
      });
      return last;
    },
  };
}
