import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Experiment } from '#contract/api/experiment-routes';
import { writeBundle } from '../../engine/bundles/write-bundle.ts';
import { bundleServer, startServerProcess } from '../support/server-process.ts';
import { sampleContents } from './bundles/sample-contents.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const json = { 'content-type': 'application/json' };

interface List {
  user_id: string;
  experiment: string | null;
  items: { item_id: string }[];
}
const clickOn = ({ user_id, items }: List) => ({ user_id, item_id: items[0]?.item_id, event_type: 'click' });

test('an experiment goes on after SIGKILL: lists of the last second may be missing, no acknowledged event on another list is. What ends it by itself is in the logs', {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'experiment-'));
  const bundles = { v1: path.join(folder, 'v1'), v2: path.join(folder, 'v2') };
  await writeBundle(bundles.v1, sampleContents({ version: 'v1', seed: 1 }));
  await writeBundle(bundles.v2, sampleContents({ version: 'v2', seed: 2 }));
  const entry = await bundleServer(folder);
  const start = () =>
    startServerProcess(entry, {
      bundlePath: bundles.v1,
      eventLogFolder: path.join(folder, 'events'),
      experimentsFolder: path.join(folder, 'experiments'),
      securityFolder: path.join(folder, 'security'),
      adminAvailable: true,
    });
  let server = await start();
  try {
    const post = async (target: string, body: unknown) =>
      (await fetch(`${server.url}${target}`, { method: 'POST', headers: json, body: JSON.stringify(body) })).json();
    const figures = async (): Promise<Experiment> => (await (await fetch(`${server.url}/admin/experiments/exp-1`)).json()) as Experiment;
    const started = post('/admin/experiments', { name: 'new', treatment: 'v2' });
    const { id, call } = await server.next('admin');
    expect(call).toEqual({ route: 'bundle', version: 'v2' });
    server.send({ type: 'admin.answer', id, ok: true, value: { path: bundles.v2 } });
    expect(await started).toMatchObject({ id: 'exp-1', active: true });

    const people = Array.from({ length: 50 }, (_, at) => `u${at}`);
    const batch = (await post('/recommend/batch', { user_ids: people })) as { lists: List[] };
    await pause(1500);
    expect(await post('/events', batch.lists.map(clickOn))).toMatchObject({ accepted: 50 });
    // The clicks are acknowledged, and their successes not on disk yet.
    server.process.kill('SIGKILL');
    await server.exited;

    server = await start();
    const { active, arms } = await figures();
    expect(active).toBe(true);
    expect(arms.control.users + arms.treatment.users).toBe(50);
    expect([arms.control.successful_users, arms.treatment.successful_users]).toEqual([arms.control.users, arms.treatment.users]);

    // Then only the control's users go on clicking.
    const others = Array.from({ length: 600 }, (_, at) => `new-${at}`);
    const shown = (await post('/recommend/batch', { user_ids: others })) as typeof batch;
    const liked = shown.lists.filter(({ experiment }) => experiment === 'exp-1:control');
    await post('/events', liked.map(clickOn));
    expect(await figures()).toMatchObject({ state: 'harm', active: false });
    const newest = async () => (await (await fetch(`${server.url}/admin/audit?limit=1`)).json()).entries[0];
    await expect.poll(newest).toMatchObject({
      actor: 'server',
      action: 'experiment.end',
      target: 'exp-1',
      outcome: 'harm: The sequential test says that the treatment is worse.',
    });
    await expect
      .poll(server.stderr)
      .toMatch(/"event":"experiment_ended","experiment":"exp-1","state":"harm","control":"v1","treatment":"v2"/);
  } finally {
    server.process.kill('SIGKILL');
    await server.exited;
    await rm(folder, { recursive: true, force: true });
  }
});
