import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const Schema = z.object({
  electron: z
    .object({ source: z.enum(['override', 'official', 'fallback', 'none']), version: z.string(), notice: z.string().optional() })
    .optional(),
  tensorflow: z
    .object({
      source: z.enum(['present', 'wheel', 'stock', 'wasm']),
      version: z.string(),
      reason: z.string(),
      improve: z.string().optional(),
    })
    .optional(),
});

/** What set-up chose for this clone. Empty in a packaged app, which brings its own. */
export type ChosenRuntime = z.infer<typeof Schema>;

/** Reads what set-up wrote; empty where there is none, or one of another version. */
export function readChosenRuntime(rootFolder: string): ChosenRuntime {
  try {
    return Schema.parse(JSON.parse(readFileSync(path.join(rootFolder, '.runtime', 'runtime.json'), 'utf8')));
  } catch {
    return {};
  }
}
