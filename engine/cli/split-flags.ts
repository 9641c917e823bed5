import { EngineError } from '#contract/errors';
import type { Split } from '#contract/run';

export const splitFlags = {
  split: { kind: 'text', help: 'temporal, leave-last-out, ratio or file (temporal where the data has times, else ratio)' },
  'test-share': { kind: 'number', help: 'share of the test set, for temporal and ratio (0.2)' },
  'test-file': { kind: 'text', help: 'user and item columns; all of the workspace is for training' },
} as const;

/** The split that the flags name; undefined where they name none. Throws `invalid_input` where they do not go together. */
export function splitOf(flags: Record<string, unknown>): Split | undefined {
  const { split, testFile, testShare } = flags as { split?: string; testFile?: string; testShare?: number };
  const kind = split ?? (testFile !== undefined ? 'file' : testShare !== undefined ? 'temporal' : undefined);
  if (testFile && kind !== 'file') throw new EngineError('invalid_input', `--test-file goes with --split file, not with --split ${kind}.`);
  switch (kind) {
    case undefined:
      return undefined;
    case 'temporal':
      return { kind, testShare: testShare ?? 0.2 };
    case 'ratio':
      return { kind, testShare: testShare ?? 0.2 };
    case 'leave-last-out':
      return { kind };
    case 'file':
      if (!testFile) throw new EngineError('invalid_input', '--split file needs --test-file FILE.');
      return { kind, path: testFile };
    default:
      throw new EngineError('invalid_input', `--split is temporal, leave-last-out, ratio or file, not "${kind}".`);
  }
}
