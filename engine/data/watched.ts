import type { WorkContext } from '../jobs/work-context.ts';
import type { Session } from './session.ts';

const lookEveryMs = 200;

/**
 * Runs statements while the job reports how far they are, and interrupts them when somebody asked to stop.
 *
 * @param total rows that the statements go through, where known.
 * @param bytes that they read, where they read a file.
 */
export async function watched<T>(
  session: Session,
  ctx: WorkContext,
  phase: string,
  work: () => Promise<T>,
  total?: number,
  bytes?: number,
): Promise<T> {
  const started = performance.now();
  await ctx.checkpoint({ phase });
  let over = false;
  let stop: unknown;
  let wake = (): void => undefined;
  const running = work().finally(() => {
    over = true;
    wake();
  });
  const look = async (): Promise<void> => {
    while (!over) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, lookEveryMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (over) return;
      if (stop !== undefined) {
        // Again and again: a wish between two statements is lost.
        session.connection.interrupt();
        continue;
      }
      // DuckDB tells a share of the statement, -1 where it cannot tell; its count of rows is no count of rows.
      const share = Math.max(0, Math.min(100, session.connection.progress.percentage)) / 100;
      const done = Math.round(share * (total ?? 0));
      const rate = done / ((performance.now() - started) / 1000);
      try {
        const read =
          bytes !== undefined && share > 0 ? `${phase}, ${((share * bytes) / 1e6).toFixed(0)} of ${(bytes / 1e6).toFixed(0)} MB` : phase;
        await ctx.checkpoint(total !== undefined && done > 0 ? { phase: read, done, total, unit: 'rows', rate } : { phase: read });
      } catch (error) {
        stop = error;
        session.connection.interrupt();
      }
    }
  };
  const [result] = await Promise.allSettled([running, look()]);
  // The wish to stop is the reason, whatever the interrupted statement says; work that ended before it heard is undone all the same.
  if (stop !== undefined) throw stop;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
