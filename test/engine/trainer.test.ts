import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FromTrainer, ToTrainer } from '#contract/child-messages';
import type { FitOutcome, TrainerTask } from '../../engine/training/tasks.ts';
import { checkerboard } from '../support/training-sets.ts';

/** The real entry, bundled as the build does it, as a real process. It lies in the repository, so that it finds TensorFlow. */
const root = path.resolve(__dirname, '..', '..');
let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(root, 'node_modules', '.trainer-test-'));
  const build = await rolldown({
    input: path.join(root, 'engine', 'trainer.ts'),
    platform: 'node',
    external: [/^node:/, ...builtinModules, /^@tensorflow\//],
    logLevel: 'silent',
  });
  await build.write({ file: path.join(folder, 'trainer.cjs'), format: 'cjs', codeSplitting: false, dynamicImportInCjs: false });
  await build.close();
}, 60_000);

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

type Message = FromTrainer<FitOutcome>;

function startTrainer(): {
  child: ChildProcess;
  post(message: ToTrainer<TrainerTask>): void;
  next(type: Message['type']): Promise<Message>;
  exit: Promise<number | null>;
} {
  const child = fork(path.join(folder, 'trainer.cjs'), [], { serialization: 'advanced', execArgv: [] });
  children.push(child);
  const arrived: Message[] = [];
  const waiting: { type: Message['type']; resolve(message: Message): void }[] = [];
  child.on('message', (message: Message) => {
    arrived.push(message);
    for (const wait of waiting.filter(({ type }) => type === message.type)) wait.resolve(message);
  });
  return {
    child,
    post: (message) => void child.send(message),
    next: (type) =>
      new Promise((resolve) => {
        const there = arrived.find((message) => message.type === type);
        if (there) resolve(there);
        else waiting.push({ type, resolve });
      }),
    exit: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
  };
}

function fitTask(epochs: number): TrainerTask {
  const { set } = checkerboard(60, 40);
  const none = { users: new Int32Array(0), offsets: new Int32Array(1), items: new Int32Array(0) };
  return {
    kind: 'fit',
    model: 'two-tower',
    params: { epochs, patience: 100, dimensions: 8, batchSize: 16 },
    seed: 1,
    userCount: set.userCount,
    itemCount: set.itemCount,
    train: set.interactions,
    split: { kind: 'leave-last-out' },
    test: none,
    userFeatures: set.userFeatures,
    itemFeatures: set.itemFeatures,
    oracle: null,
    ks: [10],
  };
}

test('a trainer says that it is ready, reports, hands over the arrays and ends by itself', async () => {
  const trainer = startTrainer();
  await trainer.next('ready');
  trainer.post({ type: 'task', task: fitTask(4) });
  expect(await trainer.next('progress')).toMatchObject({ progress: { unit: 'examples' } });
  expect(await trainer.next('curve')).toMatchObject({ step: 1, metrics: { loss: expect.any(Number), 'ndcg@10': expect.any(Number) } });
  const done = await trainer.next('done');
  if (done.type !== 'done') throw new Error('It is done.');
  expect(done.outcome.arrays['item.embedding']?.data).toBeInstanceOf(Float32Array);
  expect(await trainer.exit).toBe(0);
}, 60_000);

test('a trainer that is asked to stop says cancelled and ends', async () => {
  const trainer = startTrainer();
  await trainer.next('ready');
  trainer.post({ type: 'task', task: fitTask(1000) });
  await trainer.next('progress');
  trainer.post({ type: 'cancel' });
  expect(await trainer.next('failed')).toMatchObject({ error: { code: 'cancelled' } });
  expect(await trainer.exit).toBe(1);
}, 60_000);

test('a task that cannot be done is refused in words', async () => {
  const trainer = startTrainer();
  await trainer.next('ready');
  trainer.post({ type: 'task', task: { ...fitTask(1), model: 'oracle-of-delphi' } as TrainerTask });
  expect(await trainer.next('failed')).toMatchObject({ error: { code: 'not_found', message: expect.stringContaining('two-tower') } });
}, 60_000);

test('a trainer does not outlive its parent', async () => {
  const trainer = startTrainer();
  await trainer.next('ready');
  trainer.child.disconnect();
  expect(await trainer.exit).toBe(0);
}, 60_000);
