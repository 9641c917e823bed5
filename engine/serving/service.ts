import type { LoggedEvent } from '#contract/api/event-routes';
import type { Experiment, NewExperiment } from '#contract/api/experiment-routes';
import type { BundleManifest } from '#contract/bundle';
import { lockEventLog } from './event-log-lock.ts';
import { type Answering, type ExperimentNews, type Experiments, openExperiments } from './experiments/experiments.ts';
import { createFeedLists, type FeedLists } from './feed-lists.ts';
import { createLists, type Lists } from './lists.ts';
import { positiveWeight } from './positive-weight.ts';
import { openReceivedEvents, type ReceivedEvents } from './received-events.ts';
import type { Recommender } from './recommender.ts';
import { loadServedModel, type ServedModel } from './served-model.ts';
import { createServerMetrics, type MetricFacts, type ServerMetrics } from './server-metrics.ts';
import { createStatistics, type RequestStatistics } from './statistics.ts';
import { eventsOf } from './user-events.ts';

/** All that lives as long as a server does: the bundle that is served, what was received, what was counted. */
export interface Service {
  current(): Recommender;
  readonly events: ReceivedEvents;
  readonly lists: Lists;
  /** The served recommender with its lists: who answers everybody, but while an experiment is active. */
  whole(): Answering;
  readonly experiments: Experiments;
  /** Starts an A/B test against the served version, once no bundle is being changed. */
  startExperiment(input: NewExperiment, bundlePath: string): Promise<Experiment>;
  readonly feeds: FeedLists;
  readonly metrics: ServerMetrics;
  readonly statistics: RequestStatistics;
  uptimeSeconds(): number;
  /** What must hold for requests to be sent here, by name: `ok`, or what is wrong, in words. */
  checks(): Record<'bundle' | 'self_check' | 'event_log' | 'running', string>;
  /** The server is about to stop: it is not ready any more. */
  retire(): void;
  /** What does not work as it should, in words; null while all is well. */
  problem(): string | null;
  /**
   * Loads another bundle beside the served one, checks it, and answers from it from then on. The old one stays where the new one is refused.
   * Returns the version that is served. Throws `conflict` while an experiment is active.
   */
  swap(bundlePath: string): Promise<string>;
  /**
   * Forgets a user, and says how many lines of the event log were blanked: every bundle answers them as a stranger until `forgotten` says that none holds
   * them any more. What they send from then on is of somebody new.
   */
  forget(userId: string): Promise<number>;
  forgotten(userId: string): void;
  close(): Promise<void>;
}

export interface ServiceOptions {
  bundlePath: string;
  eventLogFolder: string | null;
  /** Where experiments are kept; absent or null: none can be started. */
  experimentsFolder?: string | null;
  /** Hears what happens to experiments. */
  onExperiment?(news: ExperimentNews): void;
  /** Users whose erasure is under way. */
  forgotten?: readonly string[] | undefined;
  /** Hears how many events became durable. */
  onStored(count: number): void;
}

/** Counts an event in the features, where training would have counted it. */
function observe(recommender: Recommender, event: LoggedEvent): void {
  const weight = positiveWeight(event, recommender.manifest.positives);
  // A client's clock that is ahead does not stop the features' clock until then.
  if (weight > 0) recommender.observe({ ...event, timestampMs: Math.min(event.timestampMs, Date.now()) }, weight);
}

/**
 * Whether the bundle's features have counted an event: by when it was received, since events come late, with old times. Bundles and events of older versions
 * do not tell; then the time of the event has to do.
 */
function hasCounted({ createdAt, dataAsOf = createdAt, eventsThrough }: BundleManifest, { receivedMs, timestampMs }: LoggedEvent): boolean {
  // A line that does not tell when it was received is older than all that do.
  if (eventsThrough !== undefined) return (receivedMs ?? 1) <= eventsThrough;
  return timestampMs <= Date.parse(dataAsOf) && !(receivedMs !== undefined && receivedMs > Date.parse(createdAt));
}

/** Counts in a new bundle's features what was received after its training data was read. */
async function replay(recommender: Recommender, events: ReceivedEvents): Promise<void> {
  let count = 0;
  // What arrives while this pauses is appended, and met before the end: nothing is missed, nothing counted twice.
  for (const event of events.memory.all()) {
    if (!hasCounted(recommender.manifest, event)) observe(recommender, event);
    if (++count % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Loads the bundle and the event log. Throws what either is refused for. */
export async function openService(options: ServiceOptions): Promise<Service> {
  const { bundlePath, eventLogFolder, onStored, experimentsFolder = null, forgotten = [], onExperiment = () => undefined } = options;
  const startedMs = performance.now();
  const statistics = createStatistics(startedMs);
  let index: ReturnType<MetricFacts['index']> = { kind: 'exact', size: 0, buildSeconds: 0 };
  let storedMs: number | null = null;
  const metrics = createServerMetrics({
    cache: () => lists.figures(),
    index: () => index,
    queue: () => events.waiting(),
    secondsSinceStored: () => (storedMs === null ? 0 : (performance.now() - storedMs) / 1000),
  });
  let model: ServedModel = await loadServedModel(bundlePath);
  let experiments: Experiments | undefined;
  const strangers = new Set(forgotten);
  const feeds = createFeedLists();
  let closed = false;
  let retired = false;
  let changes: Promise<unknown> = Promise.resolve();

  const lock = eventLogFolder === null ? null : await lockEventLog(eventLogFolder);
  const events = await openReceivedEvents(eventLogFolder, (stored) => {
    for (const event of stored) observe(model.recommender, event);
    const treatment = experiments?.treatment();
    if (treatment) for (const event of stored) observe(treatment, event);
    experiments?.heard(stored);
    statistics.recordEvents(stored.length);
    storedMs = performance.now();
    onStored(stored.length);
  }).catch(async (error: unknown) => {
    await lock?.release();
    throw error;
  });
  await replay(model.recommender, events);
  const listsOf = (current: () => Recommender): Lists => createLists({ current, eventsOf: (userId) => eventsOf(events.memory, userId) });
  const lists = listsOf(() => model.recommender);
  let whole: Answering = { recommender: model.recommender, lists, assignment: null };

  const load = async (path: string): Promise<ServedModel> => {
    const next = await loadServedModel(path);
    await replay(next.recommender, events);
    return next;
  };

  const serve = (next: ServedModel): void => {
    model = next;
    whole = { recommender: next.recommender, lists, assignment: null };
    for (const userId of strangers) next.recommender.forget(userId);
    lists.changed();
    const { counts } = next.recommender.manifest;
    metrics.showBundle(next.recommender.manifest);
    index = { kind: 'exact', size: counts.items, buildSeconds: 0 };
    const beganMs = performance.now();
    const built = (): void => {
      const { kind } = next.recommender.index;
      if (model !== next || kind === 'exact') return;
      index = { kind, size: counts.items, buildSeconds: (performance.now() - beganMs) / 1000 };
    };
    // Exact search answers until the graph is built, and where it cannot be built.
    void next.buildIndex(() => closed || model !== next).then(built, () => undefined);
  };
  serve(model);

  const opened = await openExperiments({
    folder: experimentsFolder,
    control: () => whole,
    memory: events.memory,
    load,
    createLists: (recommender) => listsOf(() => recommender),
    countExposure: metrics.countExposure,
    countSuccess: metrics.countSuccess,
    onNews: onExperiment,
  }).catch(async (error: unknown) => {
    lists.close();
    await events.close();
    await lock?.release();
    throw error;
  });
  experiments = opened;

  /** One after the other, so that two bundles at most are in memory. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = changes.then(work);
    changes = done.catch(() => undefined);
    return done;
  };

  const change = async (path: string): Promise<string> => {
    try {
      opened.assertNoneActive();
      const next = await load(path);
      const old = model;
      serve(next);
      // Answers are made in one go, so none is under way in the old one.
      old.recommender.dispose();
      metrics.countSwap(true);
      return next.recommender.manifest.version;
    } catch (error) {
      metrics.countSwap(false);
      throw error;
    }
  };

  const hide = (userId: string): void => {
    model.recommender.forget(userId);
    lists.forget(userId);
    feeds.forget(userId);
  };

  return {
    current: () => model.recommender,
    events,
    lists,
    whole: () => whole,
    experiments: opened,
    startExperiment: (input, path) => inTurn(() => opened.start(input, path)),
    feeds,
    metrics,
    statistics,
    uptimeSeconds: () => (performance.now() - startedMs) / 1000,
    checks: () => ({
      // A service is opened with a bundle that passed its self-check, or not at all, and is swapped only to another one that did.
      bundle: 'ok',
      self_check: 'ok',
      event_log: events.problem() ?? 'ok',
      running: retired || closed ? 'The server is stopping.' : 'ok',
    }),
    retire() {
      retired = true;
    },
    problem: () => model.recommender.problem() ?? events.problem(),
    swap: (path) => inTurn(() => change(path)),
    async forget(userId) {
      strangers.add(userId);
      hide(userId);
      // Its treatment and its log know the user, too, and the bundles that it compares are about to be made anew.
      await opened.endActive('The data of a user was erased.');
      const lines = await events.forget(userId);
      // Once more, for what was made of events that were known until now.
      hide(userId);
      return lines;
    },
    forgotten: (userId) => void strangers.delete(userId),
    async close() {
      closed = true;
      lists.close();
      await events.close();
      await opened.close();
      await lock?.release();
    },
  };
}
