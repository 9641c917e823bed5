import { EngineError } from '#contract/errors';

/** The functions of USearch that we use. Its keys are bigint; they stay in this folder. */
export type UsearchLibrary = typeof import('usearch');

let library: Promise<UsearchLibrary> | undefined;

/** USearch, loaded when it is first needed. Throws `unsupported` where its native part does not load. */
export function loadUsearch(): Promise<UsearchLibrary> {
  library ??= import('usearch').catch((error: unknown) => {
    library = undefined;
    throw new EngineError(
      'unsupported',
      'The vector search library does not load on this machine. Run the set-up again; recsmith doctor says what is missing.',
      {},
      { cause: error },
    );
  });
  return library;
}
