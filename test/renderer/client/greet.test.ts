import { beforeEach, expect, test } from 'vitest';
import type { Job } from '#contract/job';
import type { WorkspaceSummary } from '#contract/workspace';
import { greet } from '../../../renderer/client/greet.ts';
import { useStore } from '../../../renderer/store/store.ts';

const workspace = { path: '/w', name: 'mine' } as WorkspaceSummary;
const job = { id: 'job-1', kind: 'import', title: 'Import', status: 'running', createdAt: '2026-01-01T00:00:00.000Z' } satisfies Job;

/** An engine that has just come up: no workspace, no jobs; what machine it runs on it tells when it is asked to. */
function newEngine() {
  let tellSystem: (value: unknown) => void = () => undefined;
  const system = new Promise((resolve) => {
    tellSystem = resolve;
  });
  const answers: Record<string, unknown> = { 'workspace.current': null, 'job.list': [], 'server.status': null, 'system.info': system };
  return { call: (async (name: string) => answers[name]) as never, tellSystem: () => tellSystem({ cores: 2 }) };
}

beforeEach(() => useStore.setState({ connection: 1, workspace: undefined, jobs: {}, system: null }));

test('a slow answer about the machine does not undo a workspace that was opened and a job that was started meanwhile', async () => {
  const engine = newEngine();
  const greeted = greet(engine);
  await new Promise((resolve) => setTimeout(resolve));
  expect(useStore.getState().workspace).toBeNull();
  useStore.setState({ workspace, jobs: { [job.id]: job } });
  engine.tellSystem();
  await greeted;
  expect(useStore.getState()).toMatchObject({ workspace, jobs: { [job.id]: job }, system: { cores: 2 } });
});

test('answers of an engine that is gone do not count', async () => {
  const engine = newEngine();
  const greeted = greet(engine);
  useStore.setState({ connection: 2, workspace, jobs: { [job.id]: job } });
  engine.tellSystem();
  await greeted;
  expect(useStore.getState()).toMatchObject({ workspace, jobs: { [job.id]: job }, system: null });
});
