import { createHash } from 'node:crypto';
import type { userRoutes } from '#contract/api/user-routes';
import { reportOf } from '#contract/errors';
import { askEngine, type HandlerContext } from './context.ts';
import type { AnswerOf, Caller, HandlersOf } from './handler.ts';
import { actorOf } from './security-handlers.ts';

type Rows = typeof userRoutes;

/** Whom an entry of the audit log is about: to be found again by who knows the id, and by nobody else. */
const auditName = (userId: string): string => `user sha256:${createHash('sha256').update(userId).digest('hex').slice(0, 16)}`;

/** A user's data, handed out or erased by the engine; each time an entry in the audit log, for reading, too. */
export function userHandlers(context: HandlerContext): HandlersOf<Rows> {
  const recorded = async <T>(action: string, userId: string, { identity }: Caller, work: () => Promise<unknown>): Promise<T> => {
    const record = (outcome: string): Promise<void> => context.auth.record(actorOf(identity), action, auditName(userId), outcome);
    let answer: unknown;
    try {
      answer = await work();
    } catch (error) {
      await record(`refused: ${reportOf(error).code}`);
      throw error;
    }
    await record('done');
    return answer as T;
  };
  const exportUser = (user: string, caller: Caller): Promise<AnswerOf<Rows['exportUser']>> =>
    recorded('exportUser', user, caller, () => askEngine(context, { route: 'user.export', user }));
  const eraseUser = (user: string, caller: Caller): Promise<AnswerOf<Rows['eraseUser']>> =>
    recorded('eraseUser', user, caller, () => askEngine(context, { route: 'user.erase', user }));
  return {
    exportUser: ({ params, caller }) => exportUser(params.id, caller),
    exportUserByQuery: ({ query, caller }) => exportUser(query.user_id, caller),
    eraseUser: ({ params, caller }) => eraseUser(params.id, caller),
    eraseUserByQuery: ({ query, caller }) => eraseUser(query.user_id, caller),
  };
}
