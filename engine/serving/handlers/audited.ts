import type { Route } from '#contract/api/route';
import { reportOf } from '#contract/errors';
import type { HandlerContext } from './context.ts';
import type { Caller, HandlersOf } from './handler.ts';
import { actorOf } from './security-handlers.ts';

type Handler = (input: { params?: Record<string, string>; caller: Caller }) => unknown;

/** Making and ending keys write their own entries, whoever asks for it. */
const writeTheirOwn = new Set(['createKey', 'revokeKey']);

/** The handlers of an admin's rows; each change that is asked for gets an entry in the audit log, with who asked and what came of it. */
export function audited<Rows extends Record<string, Route>>(
  { auth }: HandlerContext,
  rows: Rows,
  handlers: HandlersOf<Rows>,
): HandlersOf<Rows> {
  const wrap = (name: string, handle: Handler): Handler => {
    return async (input) => {
      const record = (outcome: string): Promise<void> =>
        auth.record(actorOf(input.caller.identity), name, Object.values(input.params ?? {}).join(' '), outcome);
      let answer: unknown;
      try {
        answer = await handle(input);
      } catch (error) {
        await record(`refused: ${reportOf(error).code}`);
        throw error;
      }
      await record('done');
      return answer;
    };
  };
  const entries = Object.entries(handlers as unknown as Record<string, Handler>).map(([name, handle]) => {
    const changes = rows[name]?.method !== 'GET' && !writeTheirOwn.has(name);
    return [name, changes ? wrap(name, handle) : handle];
  });
  return Object.fromEntries(entries) as HandlersOf<Rows>;
}
