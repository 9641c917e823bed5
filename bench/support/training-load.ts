import { type ChildProcess, fork } from 'node:child_process';
import { createRandom } from '../../engine/math/random.ts';
import type { FitTask } from '../../engine/training/tasks.ts';

/** A two-tower training that does not end by itself, in the product's own trainer process. Resolves once it trains. */
export function startTraining(entry: string): Promise<{ stop(): void }> {
  const random = createRandom(7, 'training-load');
  const [userCount, itemCount, count] = [5000, 3000, 200_000];
  const noFeatures = (rows: number) => ({ rows, categories: [], lists: [], numbers: [] });
  const task: FitTask = {
    kind: 'fit',
    model: 'two-tower',
    params: { epochs: 1000, patience: 100 },
    seed: 1,
    userCount,
    itemCount,
    train: {
      users: Int32Array.from({ length: count }, () => random.integer(userCount)),
      items: Int32Array.from({ length: count }, () => random.integer(itemCount)),
      weights: new Float32Array(count).fill(1),
      timestamps: Float64Array.from({ length: count }, (_, i) => 1_700_000_000_000 + i * 1000),
    },
    split: { kind: 'leave-last-out' },
    test: {
      users: Int32Array.from({ length: 100 }, (_, row) => row),
      offsets: Int32Array.from({ length: 101 }, (_, row) => row),
      items: Int32Array.from({ length: 100 }, (_, row) => row),
    },
    userFeatures: noFeatures(userCount),
    itemFeatures: noFeatures(itemCount),
    oracle: null,
    ks: [10],
  };
  const child: ChildProcess = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The trainer ended with code ${code}.`)));
    child.on('message', (raw) => {
      const message = raw as { type: string; progress?: { phase: string }; error?: { message: string } };
      if (message.type === 'ready') child.send({ type: 'task', task });
      else if (message.type === 'failed') reject(new Error(message.error?.message));
      else if (message.type === 'progress' && /train/i.test(message.progress?.phase ?? '')) resolve({ stop: () => child.kill('SIGKILL') });
    });
  });
}
