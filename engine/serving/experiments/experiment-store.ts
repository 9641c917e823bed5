import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { Experiment } from '#contract/api/experiment-routes';
import { EngineError } from '#contract/errors';
import { writeAtomic } from '../../files/atomic.ts';

/** An experiment as it is kept: one that is active has its newest figures in its log, one that ended has its last ones here. */
export const StoredExperiment = Experiment.omit({ problem: true }).extend({
  /** Of the treatment's bundle, from the folder of experiments. */
  treatment_path: z.string(),
  /** Makes pseudonyms of users; null once it has ended. */
  salt: z.string().nullable(),
});
export type StoredExperiment = z.infer<typeof StoredExperiment>;

const definition = /^exp-(\d{1,9})\.json$/;

/** The folder of experiments: `exp-1.json` says what an experiment is, `exp-1.ndjson` what happened in it. */
export interface ExperimentStore {
  /** Oldest first. A file that cannot be read is passed over, and its id is not used again. */
  readAll(): Promise<StoredExperiment[]>;
  newId(): Promise<string>;
  /** The old file or the new one is there, whole. One after the other. */
  save(experiment: StoredExperiment): Promise<void>;
  logFile(id: string): string;
}

export function createExperimentStore(folder: string): ExperimentStore {
  let saving: Promise<unknown> = Promise.resolve();
  const numbers = async (): Promise<number[]> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return (await readdir(folder)).flatMap((name) => Number(definition.exec(name)?.[1] ?? [])).filter((number) => number > 0);
  };
  const read = async (number: number): Promise<StoredExperiment[]> => {
    try {
      return [StoredExperiment.parse(JSON.parse(await readFile(path.join(folder, `exp-${number}.json`), 'utf8')))];
    } catch {
      return [];
    }
  };
  return {
    async readAll() {
      const known = (await numbers()).sort((a, b) => a - b);
      return (await Promise.all(known.map(read))).flat();
    },
    newId: async () => `exp-${Math.max(0, ...(await numbers())) + 1}`,
    save(experiment) {
      const file = path.join(folder, `${experiment.id}.json`);
      const saved = saving
        .then(() => writeAtomic(file, JSON.stringify(experiment), 0o600))
        .catch((error: NodeJS.ErrnoException) => {
          const why = error.code ?? error.message;
          throw new EngineError(
            'unavailable',
            `${file} cannot be written (${why}). Check the disk and the rights of the folder, then try again.`,
          );
        });
      saving = saved.catch(() => undefined);
      return saved;
    },
    logFile: (id) => path.join(folder, `${id}.ndjson`),
  };
}
