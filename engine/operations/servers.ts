import { homedir, tmpdir } from 'node:os';
import type { AdminCall } from '#contract/child-messages';
import { EngineError } from '#contract/errors';
import type { Job } from '#contract/job';
import { assertReachable } from '#contract/loopback';
import type { HandlersOf } from '#contract/operations';
import type { ServerStatus } from '#contract/server';
import { withoutFolders } from '../files/without-folders.ts';
import { layout } from '../workspace/layout.ts';
import { assertId } from '../workspace/manifests.ts';
import { ingestEvents } from './data.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { activateVersion, bundleOfVersion, servedVersions } from './served-models.ts';
import { readUpload, removeLeftUploads } from './served-uploads.ts';
import { exportUser, startErasing, usersUnderErasure } from './served-users.ts';
import type { ServerListener } from './server-process.ts';
import { securityOf, serverSecurityHandlers } from './server-security.ts';
import { sendRequest } from './server-send.ts';

/** Events come in bursts; the workspace reads them a moment after the last. */
const ingestDelayMs = 300;

const adminAnswer = (job: Job): { job_id: string; status: string } => ({ job_id: job.id, status: job.status });

/** At most one admin job runs and one waits: training cannot be queued without bound. */
function assertRoom(context: EngineContext): void {
  const waiting = context.jobs.list().filter((job) => job.status === 'queued').length;
  if (waiting > 0) throw new EngineError('conflict', 'A job is running and another one waits already. Try again when they have ended.');
}

/** What starting a server needs of the other stories. */
export interface AdminStories {
  retrain(input: Extract<AdminCall, { route: 'train' }>['body']): Job;
  reindex(input: Extract<AdminCall, { route: 'reindex' }>['body']): Job;
}

function answerJob(context: EngineContext, id: string, hide: (text: string) => string): unknown {
  const { id: job_id, kind, status, progress, error, result } = context.jobs.get(id);
  return {
    job_id,
    kind,
    status,
    ...(progress ? { phase: hide(progress.phase) } : {}),
    ...(error ? { error: hide(error.message) } : {}),
    ...(result !== undefined ? { result } : {}),
  };
}

async function answerCall(
  context: EngineContext,
  stories: AdminStories,
  call: AdminCall,
  hide: (text: string) => string,
): Promise<unknown> {
  if (call.route === 'job') return answerJob(context, call.id, hide);
  if (call.route === 'models') return servedVersions(context);
  if (call.route === 'activate') return activateVersion(context, call.version);
  if (call.route === 'bundle') return bundleOfVersion(context, call.version);
  if (call.route === 'upload') return readUpload(context, call);
  if (call.route === 'user.export') return exportUser(context, call.user);
  if (call.route === 'user.erase') return adminAnswer(await startErasing(context, call.user));
  assertRoom(context);
  return adminAnswer(call.route === 'train' ? stories.retrain(call.body) : stories.reindex(call.body));
}

/** Who asks by HTTP is told the names of files, and not where they lie. */
async function answerAdmin(context: EngineContext, stories: AdminStories, call: AdminCall): Promise<unknown> {
  const hide = withoutFolders([...(context.session ? [context.session.workspace.path] : []), tmpdir(), homedir()]);
  try {
    return await answerCall(context, stories, call, hide);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError(error.code, hide(error.message), error.details, { cause: error });
  }
}

function listenerOf(context: EngineContext, stories: AdminStories): ServerListener {
  let timer: NodeJS.Timeout | undefined;
  return {
    changed: (status) => context.emit({ type: 'server.changed', status }),
    admin: (call) => answerAdmin(context, stories, call),
    eventsAppended: () => {
      clearTimeout(timer);
      // A workspace that was closed meanwhile reads them when it is opened and trained again.
      timer = setTimeout(() => void (context.session ? ingestEvents(context).catch(() => undefined) : undefined), ingestDelayMs);
      timer.unref();
    },
  };
}

interface ServeInput {
  bundle?: string | undefined;
  port: number;
  host: string;
  names?: string[] | undefined;
  tls?: { cert: string; key: string } | undefined;
  auth?: boolean | undefined;
  nextFreePort: boolean;
}

const isServing = ({ server }: EngineContext): boolean => ['starting', 'running'].includes(server.status().state);

/** How many ports are tried where the next free one will do. */
const portsTried = 20;

/** Serves a bundle of the open workspace: the one that is named, or the active one. */
export async function startServing(context: EngineContext, stories: AdminStories, input: ServeInput): Promise<ServerStatus> {
  const { workspace } = requireSession(context);
  const id = input.bundle ?? workspace.manifest.activeBundle;
  if (!id) throw new EngineError('not_found', 'There is no bundle to serve yet. Build the recommender, or make a bundle of a run, first.');
  assertId(id, 'bundle');
  if (!isServing(context)) await removeLeftUploads(context);
  const auth = input.auth ?? securityOf(context).auth();
  assertReachable(input.host, auth);
  const last = input.nextFreePort && input.port > 0 ? Math.min(input.port + portsTried, 65535) : input.port;
  for (let port = input.port; ; port++) {
    try {
      const options = {
        bundlePath: layout.bundle(workspace.path, id),
        bundleName: id,
        port,
        host: input.host,
        names: input.names ?? [],
        eventLogFolder: layout.events(workspace.path),
        experimentsFolder: layout.experiments(workspace.path),
        securityFolder: layout.serverSecurity(workspace.path),
        auth,
        tls: input.tls ?? null,
        logFolder: layout.logs(workspace.path),
        uploadFolder: layout.uploads(workspace.path),
        adminAvailable: true,
        forgotten: await usersUnderErasure(context),
      };
      const status = await context.server.start(options, listenerOf(context, stories));
      const { host, names, tls } = options;
      await context.state.update((state) => ({ ...state, serving: { bundle: id, port: status.port ?? port, host, names, tls } }));
      return status;
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'port_in_use' && port < last)) throw error;
    }
  }
}

export function serverHandlers(context: EngineContext, stories: AdminStories): HandlersOf<'server'> {
  return {
    'server.start': (input) => startServing(context, stories, input),
    'server.stop': async () => {
      const status = await context.server.stop();
      await context.state.update((state) => ({ ...state, serving: null }));
      context.emit({ type: 'server.changed', status });
      return status;
    },
    'server.status': async () => context.server.status(),
    'server.send': (input) => sendRequest(context, input),
    'server.traffic': ({ after }) => context.server.traffic(after),
    ...serverSecurityHandlers(context),
  };
}
