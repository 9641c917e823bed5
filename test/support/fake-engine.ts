import { EngineError, type ErrorReport, reportOf } from '#contract/errors';
import type { EngineEvent } from '#contract/events';
import type { Job, Stage } from '#contract/job';
import type { CallMessage } from '#contract/messages';
import type { InputOf, OperationName, OutputOf } from '#contract/operations';
import { pipelineStages } from '#contract/pipeline';
import type { Run } from '#contract/run';
import { type ServerStatus, stoppedServer } from '#contract/server';
import type { WorkspaceSummary } from '#contract/workspace';
import * as sample from './fake-data.ts';
import { FakeServing } from './fake-serving.ts';

/** Answers every operation over a port with plausible data, with none, or with errors: for looking at the window without an engine. */
export type FakeMode = 'data' | 'zoo' | 'none' | 'failing' | 'interrupted' | 'quiet' | 'starting';

type Answers = { [N in OperationName]?: (input: InputOf<N>) => OutputOf<N> | Promise<OutputOf<N>> };

interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  start(): void;
}

export class FakeEngine {
  readonly #port: Port;
  readonly #mode: FakeMode;
  #workspace: WorkspaceSummary | null;
  #server: ServerStatus = stoppedServer;
  readonly #jobs = new Map<string, Job>();
  readonly #points = new Map<string, { phase: string; step: number; metrics: Record<string, number> }[]>();
  #trained: boolean;
  #checkpoints: OutputOf<'checkpoint.list'> = [];
  readonly #serving: FakeServing;
  #bundles = sample.bundles;

  constructor(port: Port, mode: FakeMode) {
    this.#port = port;
    this.#mode = mode;
    this.#workspace = mode === 'none' ? null : sample.workspace;
    this.#trained = mode !== 'none' && mode !== 'failing';
    this.#serving = new FakeServing(mode === 'quiet');
    if (mode === 'starting') this.#server = { ...stoppedServer, state: 'starting', bundle: 'b-0001' };
    if (mode === 'data') for (const job of sample.pastJobs) this.#jobs.set(job.id, job);
    if (mode === 'interrupted') {
      this.#checkpoints = sample.interrupted;
      for (const job of [...sample.pastJobs, ...sample.interruptedJobs]) this.#jobs.set(job.id, job);
    }
    port.addEventListener('message', (event) => void this.#answer(event.data as CallMessage));
    port.start();
  }

  emit(event: EngineEvent): void {
    this.#port.postMessage({ event });
  }

  async #answer({ id, operation, input }: CallMessage): Promise<void> {
    try {
      const answer = this.#answers()[operation as OperationName] as ((input: unknown) => unknown) | undefined;
      if (!answer) throw new EngineError('unsupported', `The fake engine knows no ${operation}.`);
      this.#port.postMessage({ id, ok: true, value: await answer(input) });
    } catch (error) {
      this.#port.postMessage({ id, ok: false, error: reportOf(error) satisfies ErrorReport });
    }
  }

  #answers(): Answers {
    const empty = this.#mode === 'none';
    const fail = (message: string) => () => {
      throw new EngineError('workspace_damaged', message, { file: '/data/movielens/data.duckdb' });
    };
    const answers: Answers = {
      'workspace.current': () => this.#workspace,
      'workspace.recent': () => (empty ? [] : sample.recent),
      'workspace.openSample': () => this.#open(sample.workspace),
      'workspace.open': () => this.#open(sample.workspace),
      'workspace.create': () => this.#open({ ...sample.workspace, name: 'new', interactions: 0, users: 0, items: 0, runs: 0, bundles: 0 }),
      'workspace.close': () => {
        this.#workspace = null;
        return null;
      },
      'system.info': () => sample.system,
      'model.list': () => (this.#mode === 'zoo' ? sample.zooModels : sample.models),
      'run.list': () => (!this.#trained ? [] : this.#mode === 'zoo' ? [...sample.zooRuns, ...sample.runs] : sample.runs),
      'run.trainAll': () => this.#trainAll(),
      'run.users': ({ query = '' }) => sample.users.filter((user) => user.userId.startsWith(query)),
      'run.items': ({ query = '' }) =>
        sample
          .userView('u-0001', 10)
          .recommendations.map(({ item }) => item)
          .filter(({ itemId }) => itemId.includes(query)),
      'run.compare': ({ first, second, limit = 5 }) => this.#compare(first, second, limit),
      'run.newcomerView': ({ run, items, k = 10 }) => {
        const { recommendations, source } = sample.userView('u-0001', k, run);
        const open = recommendations.filter(({ item }) => !items.includes(item.itemId));
        return { recommendations: open.map((entry, index) => ({ ...entry, rank: index + 1, later: false })), source };
      },
      'run.userView': ({ run, user, k = 10 }) => sample.userView(user, k, run),
      'data.imports': () => (empty ? [] : sample.imports),
      'data.profile': () => (empty ? sample.emptyProfile : sample.profile),
      'data.series': () => (empty ? { daily: [], popularity: [] } : sample.series),
      'data.rows': ({ table, offset = 0, limit = 100 }) =>
        empty ? { columns: [], rows: [], offset, total: 0 } : sample.rows(table, offset, limit),
      'data.preview': ({ path, as }) => sample.preview(path, as),
      'data.import': ({ paths }) => this.#import(paths.length),
      'bundle.list': () => (this.#trained ? this.#bundles : []),
      'bundle.activate': ({ id }) => this.#activate(id),
      'server.status': () => this.#server,
      'server.start': ({ port = 8000, nextFreePort }) => this.#serve(port, nextFreePort ?? false),
      'server.stop': () => this.#setServer(stoppedServer),
      'server.send': ({ path }) => sample.sent(path),
      'server.traffic': ({ after = 0 }) => this.#serving.traffic(after),
      'server.security': ({ auditLimit = 100 }) => this.#serving.security(auditLimit),
      'server.setAuth': ({ on }) => {
        this.#setServer({ ...this.#server, auth: on });
        return this.#serving.setAuth(on);
      },
      'server.createKey': (input) => this.#serving.createKey(input),
      'server.revokeKey': ({ id }) => this.#serving.revokeKey(id),
      'pipeline.build': () => this.#build(),
      'run.train': ({ model }) => this.#train(model),
      'checkpoint.list': () => this.#checkpoints,
      'checkpoint.resume': ({ id }) => {
        const training = this.#checkpoints.find((one) => one.id === id)!;
        this.#checkpoints = this.#checkpoints.filter((one) => one !== training);
        return this.#train(training.model);
      },
      'checkpoint.discard': ({ id }) => {
        this.#checkpoints = this.#checkpoints.filter((one) => one.id !== id);
        this.emit({ type: 'runs.changed' });
        return null;
      },
      'job.list': () => [...this.#jobs.values()],
      'job.log': ({ id }) => ({ lines: sample.log, curve: this.#points.get(id) ?? (id === 'j-0002' ? sample.curve : []) }),
      'job.cancel': ({ id }) => this.#change({ ...this.#jobs.get(id)!, status: 'cancelled', endedAt: new Date().toISOString() }),
    };
    if (this.#mode !== 'failing') return answers;
    const damaged =
      'The database of this workspace could not be read: block 12 does not match its checksum. Restore the workspace from a backup, or open its last checkpoint.';
    const broken: Answers = {
      'data.imports': fail(damaged),
      'data.profile': fail(damaged),
      'data.series': fail(damaged),
      'data.rows': fail(damaged),
      'data.preview': () => {
        throw new EngineError(
          'unreadable_file',
          '/data/ratings.csv could not be read: permission denied. Allow reading it, or choose another file.',
        );
      },
      'run.list': fail(damaged),
      'run.users': fail(damaged),
      'run.compare': fail(damaged),
      'bundle.list': () => sample.bundles,
      'model.list': () => sample.models,
      'workspace.recent': fail('The list of recent workspaces could not be read. It is written anew when a workspace is opened.'),
      'server.start': ({ port = 8000, nextFreePort }) => {
        if (nextFreePort) return this.#serve(port, true);
        throw new EngineError('port_in_use', 'Port 8000 is already in use by another program. Stop that program, or choose another port.', {
          port: 8000,
        });
      },
      'server.traffic': fail('The server did not say what it answered within 2 s. It is asked again.'),
      'server.security': fail('The keys of this workspace could not be read: the file is not JSON. Restore it from a backup.'),
      'server.send': () => {
        throw new EngineError('unavailable', 'http://127.0.0.1:8001/health did not answer. Look at the server’s state, then try again.');
      },
      'pipeline.build': () => this.#build(true),
    };
    return { ...answers, ...broken };
  }

  #open(workspace: WorkspaceSummary): WorkspaceSummary {
    this.#workspace = workspace;
    this.emit({ type: 'workspace.changed' });
    return workspace;
  }

  #change(job: Job): Job {
    this.#jobs.set(job.id, job);
    this.emit({ type: 'job.changed', job });
    return job;
  }

  /** The oldest bundle does not pass its self-check. */
  async #activate(id: string): Promise<OutputOf<'bundle.activate'>> {
    await new Promise((done) => setTimeout(done, 800));
    if (id === sample.bundles.at(-1)?.id) {
      throw new EngineError(
        'bundle_refused',
        `Bundle ${id} does not answer as it did when it was made: 3 of 20 known users get other lists. Make a new bundle of its run.`,
      );
    }
    this.#bundles = this.#bundles.map((bundle) => ({ ...bundle, active: bundle.id === id }));
    if (this.#server.state === 'running') this.#setServer({ ...this.#server, bundle: id });
    this.emit({ type: 'workspace.changed' });
    return this.#bundles.find((bundle) => bundle.id === id)!;
  }

  #setServer(status: ServerStatus): ServerStatus {
    this.#server = status;
    this.emit({ type: 'server.changed', status });
    return status;
  }

  #serve(port: number, next: boolean): ServerStatus {
    const at = next ? port + 1 : port;
    const quiet = this.#mode === 'quiet';
    this.#serving.start();
    const status: ServerStatus = {
      ...stoppedServer,
      state: 'running',
      url: `http://127.0.0.1:${at}`,
      port: at,
      pid: 4711,
      bundle: this.#bundles.find(({ active }) => active)?.id ?? 'b-0001',
      modelVersion: '1',
      startedAt: new Date(Date.now() - (quiet ? 0 : 4_000_000)).toISOString(),
      requests: quiet ? 0 : 48_213,
      errors: quiet ? 0 : 3,
      events: quiet ? 0 : 1204,
      requestsPerSecond: quiet ? 0 : 412,
      p50Ms: quiet ? null : 1.8,
      p99Ms: quiet ? null : 12.4,
      auth: this.#serving.auth,
    };
    return this.#setServer(status);
  }

  #new(kind: string, title: string, stages?: Stage[]): Job {
    const now = new Date().toISOString();
    return this.#change({
      id: `j-${1000 + this.#jobs.size}`,
      kind,
      title,
      status: 'running',
      createdAt: now,
      startedAt: now,
      ...(stages ? { stages } : {}),
    });
  }

  /** Popularity stands for a run of an earlier version, EASE for one on another test set. */
  #compare(first: string, second: string, limit: number): OutputOf<'run.compare'> {
    const [a, b] = [first, second].map((id) => sample.zooRuns.find((run) => run.id === id)) as [Run, Run];
    const old = [a, b].find((run) => run.intervals === undefined);
    if (old)
      throw new EngineError(
        'unsupported',
        `Run ${old.id} keeps no metrics of single users, so it cannot be compared user by user. Train it again.`,
      );
    if (a.testFingerprint !== b.testFingerprint) {
      throw new EngineError(
        'conflict',
        `Runs ${a.id} (${a.label}, split temporal, 998 test users) and ${b.id} (${b.label}, split temporal, 998 test users) have different test sets: the data changed between them. Only runs on the same test set can be compared; train one of them again as the other was.`,
      );
    }
    return sample.comparison(a, b, limit);
  }

  #trainAll(): OutputOf<'run.trainAll'> {
    const queued = (model: string, label: string): { model: string; job: Job } => {
      const { startedAt: _, ...job } = this.#new('train', `Train ${label}`);
      return { model, job: this.#change({ ...job, status: 'queued' }) };
    };
    const failed = queued('bpr', 'BPR');
    const error = { code: 'diverged', message: 'The training diverged in epoch 3: a vector is not a number. Lower the learning rate.' };
    failed.job = this.#change({ ...failed.job, status: 'failed', error });
    return {
      started: [queued('ials', 'iALS'), failed, queued('sasrec', 'SASRec')],
      leftOut: [
        {
          model: 'ease',
          label: 'EASE',
          reason:
            'EASE would take about 36.0 GiB of memory for 30,000 users, 41,000 items and 810,000 pairs, and may take 10.5 GiB (70 % of the 15.0 GiB of this machine).',
        },
      ],
    };
  }

  #import(files: number): Job {
    const job = this.#new('data.import', `Import ${files} file`);
    setTimeout(() => this.#change({ ...job, status: 'succeeded', endedAt: new Date().toISOString(), result: sample.importResult }), 400);
    return job;
  }

  #train(model: string): Job {
    const job = this.#new('run.train', `Train ${model}`);
    const points: { phase: string; step: number; metrics: Record<string, number> }[] = [];
    this.#points.set(job.id, points);
    let epoch = 0;
    const timer = setInterval(() => {
      if (this.#jobs.get(job.id)?.status !== 'running') return clearInterval(timer);
      epoch += 1;
      const point = sample.curve[epoch - 1] ?? sample.curve.at(-1)!;
      points.push(point);
      this.emit({ type: 'job.curve', id: job.id, point });
      this.#change({
        ...job,
        progress: { phase: 'train', done: epoch, total: 20, unit: 'epochs', rate: 1.4, metrics: point.metrics },
        remainingSeconds: 20 - epoch,
      });
      if (epoch >= 20) {
        clearInterval(timer);
        this.#change({ ...job, status: 'succeeded', endedAt: new Date().toISOString(), result: sample.runs[0] });
        this.emit({ type: 'runs.changed' });
      }
    }, 300);
    return job;
  }

  #build(failing = false): Job {
    const stages = (at: number, status: Stage['status']): Stage[] =>
      pipelineStages.map(([id, label], index) => {
        if (index < at) return { id, label, status: 'succeeded', seconds: 1.2 + index * 3, detail: sample.stageDetails[index]! };
        return { id, label, status: index === at ? status : 'waiting' };
      });
    const job = this.#new('pipeline.build', 'Build recommender', stages(0, 'running'));
    let tick = 0;
    const timer = setInterval(() => {
      tick += 1;
      const at = Math.floor(tick / 4);
      const now = new Date().toISOString();
      if (failing && at === 1) {
        clearInterval(timer);
        const error = {
          code: 'diverged',
          message: 'The training diverged in epoch 3: the loss is not a number. Lower the learning rate, or raise the temperature.',
          details: { epoch: 3, loss: 'NaN' },
        };
        this.#change({ ...job, stages: stages(1, 'failed'), status: 'failed', endedAt: now, error });
      } else if (at >= 7) {
        clearInterval(timer);
        this.#trained = true;
        this.#serve(8000, false);
        this.#change({ ...job, stages: stages(7, 'waiting'), status: 'succeeded', endedAt: now, result: sample.pipelineResult });
      } else {
        this.#change({
          ...job,
          stages: stages(at, 'running'),
          progress: { phase: pipelineStages[at]![1], done: (tick % 4) * 5, total: 20, unit: 'epochs', rate: 47_312 },
          remainingSeconds: 30 - tick,
        });
      }
    }, 250);
    return job;
  }
}
