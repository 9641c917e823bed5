import path from 'node:path';
import type { EngineEvent } from '#contract/events';
import type { Job } from '#contract/job';
import type { InputOf, OperationName, OutputOf } from '#contract/operations';
import { createEngine } from '../../engine/engine.ts';
import { nodeProcessHost } from '../../engine/jobs/node-process-host.ts';
import type { ChildHandle, ProcessHost } from '../../engine/jobs/process-host.ts';
import { withFolder } from './folders.ts';

const root = path.resolve(__dirname, '..', '..');

export interface TestEngine {
  folder: string;
  events: EngineEvent[];
  /** Children that the engine started, for a test to kill. */
  children: { entry: string; child: ChildHandle }[];
  call<N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>;
  /** Starts a job and waits for its end, however it ends. */
  run(name: OperationName, input: unknown): Promise<Job>;
  ended(id: string): Promise<Job>;
}

/** A real engine with real children (the built ones), and a folder of its own. */
export function withEngine<T>(use: (engine: TestEngine) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const events: EngineEvent[] = [];
    const children: TestEngine['children'] = [];
    const node = nodeProcessHost(path.join(root, 'dist', 'engine'));
    const host: ProcessHost = {
      start(entry) {
        const child = node.start(entry);
        children.push({ entry, child });
        return child;
      },
    };
    const engine = createEngine({
      host,
      stateFolder: path.join(folder, 'state'),
      appFolder: root,
      version: '0.0.0-test',
      holder: 'a test',
      emit: (event) => events.push(event),
    });
    const ended = async (id: string): Promise<Job> => {
      for (;;) {
        const job = (await engine.call('job.get', { id })) as Job;
        if (job.status !== 'queued' && job.status !== 'running') return job;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    try {
      return await use({
        folder,
        events,
        children,
        ended,
        call: (name, input) => engine.call(name, input) as Promise<never>,
        run: async (name, input) => ended(((await engine.call(name, input)) as Job).id),
      });
    } finally {
      await engine.close();
    }
  });
}

/** A workspace with a little generated data in it. */
export async function withSampleData(engine: TestEngine, size = { users: 120, items: 80, events: 6000, seed: 7 }): Promise<void> {
  const out = path.join(engine.folder, 'data');
  await engine.call('workspace.create', { path: path.join(engine.folder, 'w') });
  const made = await engine.run('data.generate', { ...size, out });
  if (made.status !== 'succeeded') throw new Error(`generate ${made.status}: ${made.error?.message}`);
  const imported = await engine.run('data.import', { paths: [out] });
  if (imported.status !== 'succeeded') throw new Error(`import ${imported.status}: ${imported.error?.message}`);
}
