import { EngineError } from '#contract/errors';
import type { DatabaseOptions } from './database.ts';

/** What DuckDB may use before it spills to disk: RECSMITH_DATA_MEMORY, such as 2GB or 800MB. Not set, it is half of the machine's memory. Throws `invalid_input`. */
export function memorySetting(env: NodeJS.ProcessEnv = process.env): DatabaseOptions {
  const setting = env.RECSMITH_DATA_MEMORY?.trim();
  if (!setting) return {};
  const parsed = /^(\d+(?:\.\d+)?)\s*(MB|GB)$/i.exec(setting);
  const megabytes = parsed ? Number(parsed[1]) * (parsed[2]?.toUpperCase() === 'GB' ? 1000 : 1) : 0;
  if (megabytes < 200) {
    throw new EngineError(
      'invalid_input',
      `RECSMITH_DATA_MEMORY is “${setting}”, and must be a size from 200MB on, such as 2GB or 800MB.`,
      { setting },
    );
  }
  return { memoryLimit: `${megabytes}MB` };
}
