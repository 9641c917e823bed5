import type { Job } from '#contract/job';
import type { InputOf, OperationName, OutputOf } from '#contract/operations';
import type { WorkspaceSummary } from '#contract/workspace';
import { openView, useStore } from '../store/store.ts';
import { bridge } from './bridge.ts';
import { engine } from './connect.ts';

/** A job is on the screen at once, before its first event. */
function showJob(job: Job): Job {
  useStore.setState((state) => ({ jobs: { [job.id]: job, ...state.jobs } }));
  return job;
}

/** Operations that answer with a job. */
type JobOperation = Extract<
  OperationName,
  | 'pipeline.build'
  | 'run.train'
  | 'checkpoint.resume'
  | 'data.import'
  | 'dataset.preview'
  | 'dataset.create'
  | 'sql.export'
  | 'quality.check'
  | 'quality.fix'
  | 'workspace.importSample'
>;

export async function startJob<N extends JobOperation>(name: N, input: Parameters<typeof engine.call<N>>[1]): Promise<Job> {
  return showJob((await engine.call(name, input)) as Job);
}

type TrainAll = OutputOf<'run.trainAll'>;

/** Queues every retrieval model; what could not be trained is named. */
export async function trainAllModels(input: InputOf<'run.trainAll'>): Promise<TrainAll> {
  const answer = await engine.call('run.trainAll', input);
  for (const { job } of answer.started) showJob(job);
  return answer;
}

export async function cancelJob(id: string): Promise<void> {
  const job = await engine.call('job.cancel', { id });
  useStore.setState((state) => ({ jobs: { ...state.jobs, [job.id]: job } }));
}

/** Deletes what an interrupted training left. */
export async function discardCheckpoint(id: string): Promise<void> {
  await engine.call('checkpoint.discard', { id });
}

function setWorkspace(workspace: WorkspaceSummary): WorkspaceSummary {
  useStore.setState({ workspace });
  return workspace;
}

async function enterSample(): Promise<WorkspaceSummary> {
  return setWorkspace(await engine.call('workspace.openSample', {}));
}

/** Opens the sample; the first time its data is drawn and imported at once, as a job. */
export async function openSample(): Promise<WorkspaceSummary> {
  const workspace = await enterSample();
  if (workspace.interactions === 0) await startJob('workspace.importSample', {});
  return workspace;
}

export async function openWorkspaceAt(path: string): Promise<WorkspaceSummary> {
  return setWorkspace(await engine.call('workspace.open', { path }));
}

/** Ask for a folder and open it; undefined where the dialog was closed. */
export async function openWorkspace(): Promise<WorkspaceSummary | undefined> {
  const [path] = await bridge().chooseFiles('workspace');
  return path === undefined ? undefined : openWorkspaceAt(path);
}

/** Ask for a new folder and make a workspace there. */
export async function createWorkspace(): Promise<WorkspaceSummary | undefined> {
  const [path] = await bridge().chooseFiles('newWorkspace');
  return path === undefined ? undefined : setWorkspace(await engine.call('workspace.create', { path }));
}

export async function closeWorkspace(): Promise<void> {
  await engine.call('workspace.close', {});
  useStore.setState({ workspace: null });
  openView('home');
}

/** The whole pipeline; where no workspace is open, on the sample. */
export async function buildRecommender(): Promise<Job> {
  if (!useStore.getState().workspace) await enterSample();
  return startJob('pipeline.build', {});
}

export async function startServing(input: { bundle?: string; port?: number; nextFreePort?: boolean } = {}): Promise<void> {
  useStore.setState({ server: await engine.call('server.start', input) });
}

/** Serves another bundle without a pause. */
export async function activateBundle(id: string): Promise<void> {
  await engine.call('bundle.activate', { id });
  useStore.setState({ server: await engine.call('server.status', {}) });
}

export async function stopServing(): Promise<void> {
  useStore.setState({ server: await engine.call('server.stop', {}) });
}

export async function chooseImport(kind: 'data' | 'folder' = 'data'): Promise<void> {
  const paths = await bridge().chooseFiles(kind);
  if (paths.length) useStore.setState({ importing: paths });
}
