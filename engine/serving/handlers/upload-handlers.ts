import { rm } from 'node:fs/promises';
import type { adminRoutes } from '#contract/api/admin-routes';
import { reportOf } from '#contract/errors';
import { askEngine, type HandlerContext } from './context.ts';
import type { AnswerOf, HandlersOf, Upload } from './handler.ts';

type Rows = Pick<typeof adminRoutes, 'uploadItems' | 'uploadInteractions'>;

/** Hands a file that came to the engine, which removes it when it is read. */
export function uploadHandlers(context: HandlerContext): HandlersOf<Rows> {
  const handOver = async (kind: 'items' | 'interactions', { file, type, bytes }: Upload): Promise<AnswerOf<Rows['uploadItems']>> => {
    try {
      return (await askEngine(context, { route: 'upload', kind, file, type, bytes })) as AnswerOf<Rows['uploadItems']>;
    } catch (error) {
      // An engine that is late may read the file yet; one that is gone finds it at its next start.
      if (reportOf(error).code !== 'timeout') await rm(file, { force: true });
      throw error;
    }
  };
  return {
    uploadItems: ({ body }) => handOver('items', body),
    uploadInteractions: ({ body }) => handOver('interactions', body),
  };
}
