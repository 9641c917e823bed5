import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Checkpoint } from '#contract/checkpoint';
import { listCheckpoints, tidyCheckpoints } from '../../../engine/operations/checkpoint-store.ts';
import { withFolder } from '../../support/folders.ts';

const now = Date.parse('2026-03-20T12:00:00Z');
const daysAgo = (days: number): string => new Date(now - days * 86_400_000).toISOString();

/** A checkpoint as a trainer leaves it, with other files beside it. */
async function leave(workspace: string, id: string, savedAt: string, strays: string[] = []): Promise<string> {
  const folder = path.join(workspace, 'checkpoints', id);
  const checkpoint: Checkpoint = {
    id,
    ...{ model: 'bpr', label: 'BPR-MF', dataFingerprint: 'd', testFingerprint: 't', version: '0.1.0' },
    input: { model: 'bpr', params: {}, split: { kind: 'leave-last-out' }, selection: { minValue: 'auto' }, seed: 1, ks: [10] },
    data: { users: 1, items: 2, interactions: 3 },
    startedAt: savedAt,
    device: { backend: 'tensorflow', device: 'cpu', version: '2' },
    ...{ stage: 'search', epoch: 4, arrays: 'search-4.safetensors', bytes: 8, seconds: 1, savedAt, searched: null, curve: [] },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'checkpoint.json'), JSON.stringify(checkpoint));
  for (const file of ['search-4.safetensors', ...strays]) await writeFile(path.join(folder, file), 'arrays');
  return folder;
}

test('checkpoints are kept for fourteen days, and the newest five', () =>
  withFolder(async (workspace) => {
    for (const [id, days] of [
      ['a', 13.9],
      ['b', 14.1],
      ['c', 1],
      ['d', 2],
      ['e', 3],
      ['f', 4],
      ['g', 5],
    ] as const)
      await leave(workspace, id, daysAgo(days));
    await tidyCheckpoints(workspace, new Set(), now);
    // b is too old; of the six others a is the oldest.
    expect((await listCheckpoints(workspace)).map(({ id }) => id)).toEqual(['c', 'd', 'e', 'f', 'g']);
  }));

test('those of trainings that run or wait stay, however old', () =>
  withFolder(async (workspace) => {
    await leave(workspace, 'a', daysAgo(100), ['search-5.safetensors.1.ab.tmp']);
    await tidyCheckpoints(workspace, new Set(['a']), now);
    expect(await readdir(path.join(workspace, 'checkpoints', 'a'))).toHaveLength(3);
  }));

test('what a killed process left half-written goes: other arrays, temporary files, folders without a manifest', () =>
  withFolder(async (workspace) => {
    const folder = await leave(workspace, 'a', daysAgo(1), ['search-3.safetensors', 'search-5.safetensors', 'checkpoint.json.1.ab.tmp']);
    await mkdir(path.join(workspace, 'checkpoints', 'b'));
    await writeFile(path.join(workspace, 'checkpoints', 'b', 'search-1.safetensors'), 'arrays');
    await tidyCheckpoints(workspace, new Set(), now);
    expect((await readdir(folder)).sort()).toEqual(['checkpoint.json', 'search-4.safetensors']);
    expect(await readdir(path.join(workspace, 'checkpoints'))).toEqual(['a']);
  }));

test('one that cannot be read is not offered, and stays until it is old', () =>
  withFolder(async (workspace) => {
    const folder = await leave(workspace, 'a', daysAgo(1));
    await writeFile(path.join(folder, 'checkpoint.json'), '{"id": "a"}');
    expect(await listCheckpoints(workspace)).toEqual([]);
    for (const [days, left] of [
      [13, ['a']],
      [15, []],
    ] as const) {
      await utimes(folder, new Date(daysAgo(days)), new Date(daysAgo(days)));
      await tidyCheckpoints(workspace, new Set(), now);
      expect(await readdir(path.join(workspace, 'checkpoints'))).toEqual(left);
    }
  }));

test('a manifest cannot name arrays outside of its folder', () =>
  withFolder(async (workspace) => {
    const folder = await leave(workspace, 'a', daysAgo(1));
    const [checkpoint] = await listCheckpoints(workspace);
    await writeFile(path.join(folder, 'checkpoint.json'), JSON.stringify({ ...checkpoint, arrays: '../../runs/r/model.safetensors' }));
    expect(await listCheckpoints(workspace)).toEqual([]);
  }));

test('a workspace without checkpoints is tidy', () => withFolder((workspace) => tidyCheckpoints(workspace)));
