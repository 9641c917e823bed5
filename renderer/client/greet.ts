import { useStore } from '../store/store.ts';
import type { EngineClient } from './engine-client.ts';

/**
 * What is asked once for each engine that comes up; afterwards its events keep it true. Each answer counts when it comes and not later:
 * the machine takes seconds to tell about, and by then a workspace may be open and a job under way that an older answer knows nothing of.
 */
export async function greet(engine: Pick<EngineClient, 'call'>): Promise<void> {
  const { connection } = useStore.getState();
  const take = <T>(answer: Promise<T>, set: (value: T) => void): Promise<void> =>
    answer.then(
      (value) => {
        // Of an engine that is gone by now, no answer counts.
        if (useStore.getState().connection === connection) set(value);
      },
      () => undefined, // Whoever needs it next says what is wrong.
    );
  await Promise.all([
    take(engine.call('workspace.current', {}), (workspace) => useStore.setState({ workspace })),
    // A new engine knows nothing of the old one's jobs, and neither does anyone else now.
    take(engine.call('job.list', {}), (jobs) => useStore.setState({ jobs: Object.fromEntries(jobs.map((job) => [job.id, job])) })),
    take(engine.call('server.status', {}), (server) => useStore.setState({ server })),
    take(engine.call('system.info', {}), (system) => useStore.setState({ system })),
  ]);
}
