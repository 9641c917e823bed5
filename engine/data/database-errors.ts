import { EngineError, type ErrorCode } from '#contract/errors';

/** After such an error every statement of the instance fails, reads included, until it is opened again. */
export function isFatal(error: unknown): boolean {
  return error instanceof Error && /^FATAL|database has been invalidated/i.test(error.message);
}

const meanings: [RegExp, ErrorCode, (file: string) => string][] = [
  [/^INTERRUPT|Interrupted!/i, 'cancelled', () => 'Stopped as asked; nothing was changed.'],
  [
    /Could not set lock|Conflicting lock|being used by another process/i,
    'workspace_locked',
    (file) => `The database ${file} is open in another process. Close that one, then open the workspace again.`,
  ],
  [
    /No space left|disk full|could not write all bytes/i,
    'unavailable',
    (file) => `The disk that holds ${file} is full. Free some space, then try again; what was stored before is unharmed.`,
  ],
  [
    /^Out of Memory|failed to (allocate|pin block)|bad_alloc/i,
    'out_of_memory',
    () => 'DuckDB ran out of the memory it may use. Close other programs, or import the data in smaller files.',
  ],
];

const damage =
  /not a valid DuckDB database|checksum|corrupt|Serialization Error|replaying WAL|deserialize|could not read enough bytes|FATAL|INTERNAL/i;

/** DuckDB's error as one of ours. Anything not known here is passed on as it is: a bug, to be shown as such. */
export function translateError(error: unknown, file: string): unknown {
  if (error instanceof EngineError || !(error instanceof Error)) return error;
  for (const [pattern, code, message] of meanings) {
    if (pattern.test(error.message)) return new EngineError(code, message(file), { file }, { cause: error });
  }
  if (isFatal(error)) {
    const first = error.message.split('\n')[0];
    return new EngineError(
      'unavailable',
      `The database stopped with a fatal error and was opened again: ${first}. Try once more.`,
      { file },
      { cause: error },
    );
  }
  return error;
}

/** What went wrong while opening a database file. */
export function translateOpenError(error: unknown, file: string): unknown {
  const known = translateError(error, file);
  if (known instanceof EngineError && known.code !== 'unavailable') return known;
  if (!(error instanceof Error)) return error;
  const first = error.message.split('\n')[0] ?? '';
  if (/Cannot open file|Permission denied|Is a directory|No such file/i.test(first) && !damage.test(first)) {
    return new EngineError(
      'unreadable_file',
      `The database ${file} cannot be opened: ${first}. Check that the folder exists and can be written.`,
      { file },
      { cause: error },
    );
  }
  return new EngineError(
    'workspace_damaged',
    `The database ${file} cannot be opened; it is damaged or no DuckDB file: ${first}. Keep a copy of it and of ${file}.wal, and restore a backup or import the data again.`,
    { file },
    { cause: error },
  );
}
