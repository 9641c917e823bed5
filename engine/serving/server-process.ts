import path from 'node:path';
import type { AdminCall, FromServer, ToServer } from '#contract/child-messages';
import { EngineError, errorFrom, reportOf } from '#contract/errors';
import { assertReachable } from '#contract/loopback';
import { openServerAuth, type ServerAuth } from './auth/server-auth.ts';
import type { OpenDoor, OpenHttpDoor } from './door.ts';
import type { ExperimentNews } from './experiments/experiments.ts';
import { createRouteHandlers } from './handlers/route-handlers.ts';
import { logLevelOf, openServerLog, type ServerLog } from './server-log.ts';
import { openService, type Service } from './service.ts';
import type { Tracer } from './tracing.ts';
import { createTrafficFeed } from './traffic.ts';

interface Channel {
  post(message: FromServer): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  flush(): Promise<void>;
}

const statisticsEveryMs = 1000;
/** News of stored events is gathered for so long. */
const eventNewsMs = 100;
const adminTimeoutMs = 30_000;
const drainMs = 8_000;

type AdminAnswer = Extract<ToServer, { type: 'admin.answer' }>;

/** Calls to the engine, each answered once or given up. */
function createEngineCalls(post: (message: FromServer) => void) {
  const waiting = new Map<number, (message: AdminAnswer) => void>();
  let last = 0;
  return {
    call(call: AdminCall): Promise<unknown> {
      const id = ++last;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new EngineError('timeout', 'The engine did not answer within 30 seconds. Look at its jobs, then try again.'));
        }, adminTimeoutMs);
        waiting.set(id, (message) => {
          clearTimeout(timer);
          waiting.delete(id);
          if (message.ok) resolve(message.value);
          else reject(errorFrom(message.error));
        });
        post({ type: 'admin', id, call });
      });
    },
    answer(message: AdminAnswer): void {
      waiting.get(message.id)?.(message);
    },
  };
}

/** Traces are made where a collector is named, and cost nothing elsewhere: not even their code is run. */
async function openTracer(version: string): Promise<Tracer | null> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_SDK_DISABLED } = process.env;
  if (OTEL_SDK_DISABLED === 'true' || !(OTEL_EXPORTER_OTLP_ENDPOINT || OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)) return null;
  return (await import('./otel-tracer.ts')).createOtelTracer(version);
}

const warn = (words: string): void => void process.stderr.write(`${words}\n`);

/** A full disk stops no server that asks nobody for a key. */
async function recordStart(auth: ServerAuth, target: string): Promise<void> {
  try {
    await auth.record('engine', 'server.start', target, auth.on() ? 'keys are asked for' : 'open');
  } catch (error) {
    if (auth.on()) throw error;
    warn(`The start could not be written to the audit log: ${reportOf(error).message}`);
  }
}

/** What happens to an experiment, in the server's log; what nobody asked for, in the audit log, too. */
function tellExperiment({ name, experiment, automatic }: ExperimentNews, log: ServerLog, auth: ServerAuth): void {
  const { id, state, arms, ended_because: because } = experiment;
  log.event('info', name, { experiment: id, state, control: arms.control.model_version, treatment: arms.treatment.model_version });
  if (!automatic || name !== 'experiment_ended') return;
  auth.record('server', 'experiment.end', id, `${state}: ${because}`).catch((error: unknown) => warn(reportOf(error).message));
}

/**
 * The life of a server process: told to start, it loads the bundle and opens the door; then it swaps bundles when told, reports every second
 * while there are requests, and stops when told, when its parent is gone, or on SIGTERM, after it has answered what was under way.
 */
export function runServerProcess(channel: Channel, options: { openDoor: OpenHttpDoor; version: string; exit(code: number): void }): void {
  let service: Service | undefined;
  let door: OpenDoor | undefined;
  let log: ServerLog | undefined;
  let tracer: Tracer | null = null;
  let auth: ServerAuth | undefined;
  let authWish: boolean | undefined;
  let state: 'new' | 'started' | 'stopping' = 'new';
  let reported = 0;
  let busy = false;
  let storedEvents = 0;
  const engine = createEngineCalls((message) => channel.post(message));
  const traffic = createTrafficFeed();

  const report = (): void => {
    const statistics = service?.statistics.read(performance.now());
    if (!statistics) return;
    const activity = statistics.requests + statistics.events;
    // Once more after the last request, so that the rate is seen to fall to zero.
    if (activity !== reported || busy) channel.post({ type: 'statistics', statistics });
    busy = activity !== reported;
    reported = activity;
  };
  const ticking = setInterval(report, statisticsEveryMs);

  const tellStored = (count: number): void => {
    if (storedEvents === 0) {
      setTimeout(() => {
        channel.post({ type: 'events.appended', count: storedEvents });
        storedEvents = 0;
      }, eventNewsMs);
    }
    storedEvents += count;
  };

  const end = async (code: number): Promise<void> => {
    clearInterval(ticking);
    await log?.close();
    await channel.flush();
    options.exit(code);
  };

  const stop = async (): Promise<void> => {
    if (state === 'stopping') return;
    state = 'stopping';
    log?.event('info', 'stopping');
    service?.retire();
    await door?.close(drainMs);
    await Promise.all([service?.close(), tracer?.close()]);
    await auth?.close();
    log?.event('info', 'stopped');
    if (storedEvents > 0) channel.post({ type: 'events.appended', count: storedEvents });
    channel.post({ type: 'stopped' });
    await end(0);
  };

  const start = async ({
    bundlePath,
    eventLogFolder,
    experimentsFolder = null,
    host,
    port,
    uploadFolder,
    logFolder = null,
    adminAvailable,
    securityFolder,
    auth: askForKeys,
    tls,
    names = [],
    forgotten,
  }: Extract<ToServer, { type: 'start' }>): Promise<void> => {
    if (state !== 'new') return;
    state = 'started';
    const opening = openServerLog(logLevelOf(process.env.RECSMITH_LOG), logFolder);
    log = opening;
    try {
      assertReachable(host, askForKeys);
      const gates = await openServerAuth({
        securityFolder,
        auth: askForKeys,
        host,
        onRefused: (reason) => service?.metrics.countRefusal(reason),
      });
      auth = gates;
      if (authWish !== undefined) await gates.set(authWish);
      const opened = await openService({
        bundlePath,
        eventLogFolder,
        experimentsFolder,
        forgotten,
        onStored: tellStored,
        onExperiment: (news) => tellExperiment(news, opening, gates),
      });
      service = opened;
      tracer = await openTracer(options.version);
      const callEngine = adminAvailable ? engine.call : null;
      const handlers = createRouteHandlers({
        service: opened,
        version: options.version,
        auth: gates,
        callEngine,
        folders: [path.dirname(bundlePath), eventLogFolder, experimentsFolder, uploadFolder, securityFolder].flatMap(
          (folder) => folder ?? [],
        ),
      });
      door = await options.openDoor({
        host,
        port,
        handlers,
        gate: gates.gate,
        tls,
        names,
        uploadFolder,
        tracer,
        watched: traffic.watched,
        onAnswer(answered) {
          const { route, status, durationMs } = answered;
          opened.statistics.record(durationMs, status);
          opened.metrics.observeRequest(route, status, durationMs, answered);
          traffic.record(answered);
          opening.request(answered);
        },
      });
      const modelVersion = opened.current().manifest.version;
      await recordStart(gates, `${door.url} ${modelVersion}`);
      opening.event('info', 'started', { version: options.version, port: door.port, model_version: modelVersion });
      channel.post({ type: 'started', url: door.url, port: door.port, modelVersion });
    } catch (error) {
      await door?.close(0);
      await service?.close();
      opening.event('error', 'start_failed', { code: reportOf(error).code });
      channel.post({ type: 'failed', error: reportOf(error) });
      await end(1);
    }
  };

  const swap = async ({ id, bundlePath }: Extract<ToServer, { type: 'swap' }>): Promise<void> => {
    try {
      if (!service) throw new EngineError('conflict', 'The server has not started yet.');
      const modelVersion = await service.swap(bundlePath);
      log?.event('info', 'swapped', { model_version: modelVersion });
      channel.post({ type: 'swapped', id, modelVersion });
    } catch (error) {
      log?.event('error', 'swap_refused', { code: reportOf(error).code });
      channel.post({ type: 'swap.failed', id, error: reportOf(error) });
    }
  };

  const forget = async (id: number, userId: string): Promise<void> => {
    try {
      if (!service) throw new EngineError('conflict', 'The server has not started yet.');
      const lines = await service.forget(userId);
      traffic.forget();
      channel.post({ type: 'forgot', id, lines });
    } catch (error) {
      channel.post({ type: 'forget.failed', id, error: reportOf(error) });
    }
  };

  const changeAuth = (on: boolean): void => {
    // Heard while it starts, it holds from the start.
    authWish = on;
    auth?.set(on).catch((error: unknown) => warn(reportOf(error).message));
  };

  channel.onClose(() => void stop());
  channel.onMessage((raw) => {
    const message = raw as ToServer;
    if (message.type === 'start') void start(message);
    else if (message.type === 'swap') void swap(message);
    else if (message.type === 'admin.answer') engine.answer(message);
    else if (message.type === 'traffic') channel.post({ type: 'traffic', id: message.id, traffic: traffic.look(message.after) });
    else if (message.type === 'forget') void forget(message.id, message.userId);
    else if (message.type === 'forgotten') service?.forgotten(message.userId);
    else if (message.type === 'auth') changeAuth(message.on);
    else void stop();
  });
  process.once('SIGTERM', () => void stop());
  // Ctrl-C reaches the whole group of processes; who started this one stops it in order.
  process.on('SIGINT', () => undefined);
  channel.post({ type: 'ready' });
}
