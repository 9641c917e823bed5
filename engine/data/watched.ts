import type { WorkContext } from '../jobs/work-context.ts';
import type { Session } from './session.ts';

const lookEveryMs = 200;

/**
 * Runs statements while the job reports how far DuckDB is, and interrupts them when somebody asked to stop.
 *
 * @param total rows that the statements go through, where known.
 */
export async function watched<T>(session: Session, ctx: WorkContext, phase: string, work: () => Promise<T>, total?: number): Promise<T> {
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
      const { rows_processed, total_rows_to_process } = session.connection.progress;
      const all = total ?? Number(total_rows_to_process);
      const done = Math.min(Number(rows_processed), all);
      const rate = done / ((performance.now() - started) / 1000);
      try {
        await ctx.checkpoint(all > 0 ? { phase, done, total: all, unit: 'rows', rate } : { phase });
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
