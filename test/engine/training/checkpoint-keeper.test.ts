import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Checkpoint } from '#contract/checkpoint';
import type { NamedArrays } from '../../../engine/math/arrays.ts';
import { createCheckpointKeeper } from '../../../engine/training/checkpoint-keeper.ts';
import type { FitTask, Keeping } from '../../../engine/training/tasks.ts';
import { withFolder } from '../../support/folders.ts';

afterEach(() => vi.restoreAllMocks());

const device = { backend: 'tensorflow', device: 'cpu', version: '2', reason: '' } as const;
const arraysOf = (value: number): NamedArrays => ({ weights: { shape: [2], data: Float32Array.of(value, 0.1) } });

function keepingIn(folder: string, everySeconds: number): Keeping {
  return {
    manifest: path.join(folder, 'c', 'checkpoint.json'),
    everySeconds,
    origin: {
      ...{
        id: 'c',
        model: 'bpr',
        label: 'BPR-MF',
        dataFingerprint: 'd',
        testFingerprint: 't',
        version: '1',
        startedAt: '2026-01-01T00:00:00Z',
      },
      input: { model: 'bpr', params: {}, split: { kind: 'leave-last-out' }, selection: { minValue: 'auto' }, seed: 1, ks: [10] },
      data: { users: 1, items: 2, interactions: 3 },
    },
  };
}

function keeperOf(keep: Keeping | undefined, resume?: Checkpoint, signal = new AbortController().signal) {
  const drawn: string[] = [];
  const told: string[] = [];
  const context = {
    signal,
    curve: (phase: string, step: number) => void drawn.push(`${phase} ${step}`),
    log: (text: string) => void told.push(text),
  };
  const keeper = createCheckpointKeeper({ keep, resume } as FitTask, device, context);
  return { keeper, drawn, told };
}

const kept = async (folder: string): Promise<Checkpoint> =>
  JSON.parse(await readFile(path.join(folder, 'c', 'checkpoint.json'), 'utf8')) as Checkpoint;

test('a manifest names the arrays of the latest epoch, and those before are gone', () =>
  withFolder(async (folder) => {
    const { keeper } = keeperOf(keepingIn(folder, 0));
    const { resume, keepEpoch } = await keeper.of('search', null);
    expect(resume).toBeNull();
    keeper.curve('Training', 1, { loss: 2 });
    await keepEpoch(1, () => arraysOf(1));
    await keepEpoch(2, () => arraysOf(2));
    expect(await kept(folder)).toMatchObject({
      ...{ id: 'c', stage: 'search', epoch: 2, arrays: 'search-2.safetensors', searched: null },
      device: { backend: 'tensorflow', device: 'cpu', version: '2' },
      curve: [{ phase: 'Training', step: 1, metrics: { loss: 2 } }],
    });
    expect((await readdir(path.join(folder, 'c'))).sort()).toEqual(['checkpoint.json', 'search-2.safetensors']);
  }));

test('who goes on gets the arrays in the fit that they are of, and what was drawn before is drawn once', () =>
  withFolder(async (folder) => {
    const first = keeperOf(keepingIn(folder, 0));
    const searched = { validation: { 'ndcg@10': 0.1 + 0.2 }, facts: { bestEpoch: 7, settled: { epochs: 7 } } };
    first.keeper.curve('Training', 1, { loss: 2 });
    await (await first.keeper.of('final', searched)).keepEpoch(3, () => arraysOf(1 / 3));
    const checkpoint = await kept(folder);
    expect(checkpoint.searched).toEqual(searched);

    const second = keeperOf(keepingIn(folder, 0), { ...checkpoint, seconds: 1000 });
    expect(second.drawn).toEqual(['Training 1']);
    second.keeper.curve('Training', 1, { loss: 2 });
    second.keeper.curve('Training', 2, { loss: 1 });
    expect(second.drawn).toEqual(['Training 1', 'Training 2']);
    expect(second.keeper.seconds()).toBeGreaterThanOrEqual(1000);
    expect((await second.keeper.of('search', null)).resume).toBeNull();
    const { resume, keepEpoch } = await second.keeper.of('final', searched);
    expect(resume).toEqual({ epoch: 3, arrays: arraysOf(1 / 3) });
    await keepEpoch(4, () => arraysOf(4));
    expect((await readdir(path.join(folder, 'c'))).sort()).toEqual(['checkpoint.json', 'final-4.safetensors']);
  }));

test('it is written at most every so many seconds, and takes 2 % of the time at most; a wish to stop is reason enough', () =>
  withFolder(async (folder) => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const stop = new AbortController();
    const { keeper } = keeperOf(keepingIn(folder, 5), undefined, stop.signal);
    const { keepEpoch } = await keeper.of('search', null);
    const written: number[] = [];
    const epoch = async (at: number, takes: number): Promise<void> => {
      now = at;
      await keepEpoch(at, () => {
        written.push(at);
        now += takes;
        return arraysOf(at);
      });
    };
    await epoch(4999, 0);
    // Due after five seconds; takes 10 ms, of which 49 times as much is less than five seconds.
    await epoch(5000, 10);
    await epoch(10_009, 0);
    // Takes a second: the next one is due after 49.
    await epoch(10_010, 1000);
    await epoch(60_009, 0);
    await epoch(60_010, 0);
    expect(written).toEqual([5000, 10_010, 60_010]);
    stop.abort();
    await epoch(60_011, 0);
    expect(written.at(-1)).toBe(60_011);
  }));

test('a disk that cannot be written to costs the training nothing but a warning', () =>
  withFolder(async (folder) => {
    await writeFile(path.join(folder, 'c'), 'a file where the folder would be');
    const { keeper, told } = keeperOf(keepingIn(folder, 0));
    const { keepEpoch } = await keeper.of('search', null);
    await keepEpoch(1, () => arraysOf(1));
    await keepEpoch(2, () => arraysOf(2));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^The training goes on, but cannot be resumed/);
  }));

test('another device than the one it was begun on is told', () =>
  withFolder(async (folder) => {
    await (await keeperOf(keepingIn(folder, 0)).keeper.of('search', null)).keepEpoch(1, () => arraysOf(1));
    const checkpoint = await kept(folder);
    expect(keeperOf(keepingIn(folder, 0), checkpoint).told).toEqual([]);
    const other: Checkpoint = { ...checkpoint, device: { backend: 'tensorflow', device: 'gpu', version: '2' } };
    expect(keeperOf(keepingIn(folder, 0), other).told).toEqual([
      'The training was begun on GPU (tensorflow 2) and goes on on CPU (tensorflow 2): the result may differ in its last digits.',
    ]);
  }));

test('without a place nothing is kept, and the arrays are not asked for', async () => {
  const { keepEpoch } = await keeperOf(undefined).keeper.of('search', null);
  const pack = vi.fn(() => arraysOf(1));
  await keepEpoch(1, pack);
  expect(pack).not.toHaveBeenCalled();
});
