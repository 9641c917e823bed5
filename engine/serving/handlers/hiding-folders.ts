import { EngineError } from '#contract/errors';

type Handler = (input: unknown) => unknown;

/** The handlers, with errors that name files without their folders. An answer that is no promise stays one. */
export function hidingFolders<H extends object>(handlers: H, hide: (text: string) => string): H {
  const hidden = (error: unknown): unknown => {
    if (!(error instanceof EngineError)) return error;
    const shown = hide(error.message);
    return shown === error.message ? error : new EngineError(error.code, shown, error.details, { cause: error });
  };
  const wrap = (handle: Handler): Handler => {
    const fail = (error: unknown): never => {
      throw hidden(error);
    };
    return (input) => {
      try {
        const answer = handle(input);
        return answer instanceof Promise ? answer.catch(fail) : answer;
      } catch (error) {
        return fail(error);
      }
    };
  };
  const entries = Object.entries(handlers as Record<string, Handler>).map(([name, handle]) => [name, wrap(handle)]);
  return Object.fromEntries(entries) as H;
}
