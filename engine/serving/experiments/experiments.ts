import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { LoggedEvent } from '#contract/api/event-routes';
import type { Arm, Experiment, NewExperiment } from '#contract/api/experiment-routes';
import { EngineError, reportOf } from '#contract/errors';
import type { EventMemory } from '../event-memory.ts';
import type { Lists } from '../lists.ts';
import type { Recommender } from '../recommender.ts';
import type { ServedModel } from '../served-model.ts';
import { armOf, pseudonymOf } from './assignment.ts';
import { type CountedExperiment, counted, ended, harmWords, look, mustEnd, recall, versionsOf } from './counted-experiment.ts';
import { experimentFigures } from './describe.ts';
import { type ExperimentLog, openExperimentLog } from './experiment-log.ts';
import { createExperimentStore, type ExperimentStore, type StoredExperiment } from './experiment-store.ts';
import { createOutcomes } from './outcomes.ts';
import { createSequentialTest } from './sequential-test.ts';

/** Which arm of which experiment a list is made for. */
export interface Assignment {
  experimentId: string;
  arm: Arm;
  /** As answers tell it: `exp-1:treatment`. */
  label: string;
}

/** Who answers a user. */
export interface Answering {
  recommender: Recommender;
  /** Lists that were made before: of this recommender alone. */
  lists: Lists;
  /** Null where no experiment is active. */
  assignment: Assignment | null;
}

/** Something happened to an experiment that people look for in logs. */
export interface ExperimentNews {
  name: 'experiment_started' | 'experiment_verdict' | 'experiment_ended';
  experiment: Experiment;
  /** Nobody asked for it. */
  automatic: boolean;
}

export interface ExperimentParts {
  /** Null: none can be started. */
  folder: string | null;
  control(): Answering;
  memory: EventMemory;
  /** Loads a bundle and makes it ready to answer, with what was received since it was made. */
  load(bundlePath: string): Promise<ServedModel>;
  /** Lists of one recommender, with a cache of their own. */
  createLists(recommender: Recommender): Lists;
  countExposure(arm: Arm): void;
  countSuccess(arm: Arm): void;
  onNews(news: ExperimentNews): void;
}

/** A/B tests: at most one is active, and everybody else's requests know nothing of them. */
export interface Experiments {
  /** Who answers a user, while an experiment is active. */
  answering(userId: string): Answering | undefined;
  /** A list was made for a user to see. */
  expose(assignment: Assignment, userId: string, items: readonly { item_id: string }[]): void;
  /** Events that are durable. */
  heard(events: readonly LoggedEvent[]): void;
  /** The recommender of the treatment, besides the served one. */
  treatment(): Recommender | null;
  /** Throws `conflict` where one is active: nothing else may take its memory or change what it compares. */
  assertNoneActive(): void;
  /** Throws `conflict`, `invalid_input`, or what the bundle is refused for. */
  start(input: NewExperiment, bundlePath: string): Promise<Experiment>;
  /** One that ended stays as it is. Throws `not_found`. */
  stop(id: string): Promise<Experiment>;
  /** Ends the active one, if there is one. */
  endActive(because: string): Promise<void>;
  /** Newest first. */
  list(): Experiment[];
  find(id: string): Experiment;
  /** An active one goes on at the next start. */
  close(): Promise<void>;
}

interface Active extends CountedExperiment {
  salt: string;
  successEvents: ReadonlySet<string>;
  model: ServedModel;
  log: ExperimentLog;
  arms: Record<Arm, Answering>;
}

const fullWords = 'The log of the experiment has grown to its limit: no more lists are counted. Decide by what there is.';

/** Reads what is kept of experiments, and goes on with the one that was active. */
export async function openExperiments(parts: ExperimentParts): Promise<Experiments> {
  const { folder, memory } = parts;
  const store = folder === null ? null : createExperimentStore(folder);
  const past = new Map<string, StoredExperiment>();
  let active: Active | null = null;
  let closed = false;

  const shown = ({ treatment_path: _, salt: __, ...experiment }: StoredExperiment, problem: string | null = null): Experiment =>
    problem === null ? experiment : { ...experiment, problem };
  const problemOf = ({ log, model }: Active): string | null => log.problem() ?? (log.full() ? fullWords : model.recommender.problem());
  const activeShown = (one: Active): Experiment => shown(counted(one), problemOf(one));
  const tell = (name: ExperimentNews['name'], experiment: StoredExperiment, automatic: boolean): void =>
    parts.onNews({ name, experiment: shown(experiment), automatic });

  const keepEnded = async (experiment: StoredExperiment, automatic: boolean): Promise<void> => {
    past.set(experiment.id, experiment);
    tell('experiment_ended', experiment, automatic);
    await store?.save(experiment);
  };

  /** From the next request on everybody is answered by the served version; the rest follows. */
  const end = async (one: Active, because: string, automatic: boolean): Promise<void> => {
    active = null;
    const experiment = ended(counted(one), because);
    one.arms.treatment.lists.close();
    one.model.recommender.dispose();
    await keepEnded(experiment, automatic);
    await one.log.close();
  };

  const lookNow = (one: Active): void => {
    if (!look(one)) return;
    tell('experiment_verdict', counted(one), true);
    // Where the disk does not take it, the log says the same at the next start.
    const saved = mustEnd(one.stored) ? end(one, harmWords, true) : store?.save(counted(one));
    saved?.catch(() => undefined);
  };

  const heard = (events: readonly LoggedEvent[]): void => {
    for (const { event_type: type, user_id: userId, item_id: itemId, timestampMs } of events) {
      if (!active?.successEvents.has(type)) continue;
      const user = pseudonymOf(active.salt, userId);
      const arm = active.outcomes.succeed(user, itemId, timestampMs);
      if (arm === null) continue;
      active.log.write({ t: timestampMs, u: user, s: itemId });
      parts.countSuccess(arm);
      lookNow(active);
    }
  };

  const begin = async (one: CountedExperiment, model: ServedModel, files: ExperimentStore): Promise<Active> => {
    const { id, success_events: successEvents, salt } = one.stored;
    if (salt === null) throw new EngineError('bad_data', `The experiment ${id} has ended.`);
    const { recommender } = model;
    const assignment = (arm: Arm): Assignment => ({ experimentId: id, arm, label: `${id}:${arm}` });
    const log = await openExperimentLog(files.logFile(id));
    const begun: Active = {
      ...one,
      salt,
      successEvents: new Set(successEvents),
      model,
      log,
      arms: {
        control: { ...parts.control(), assignment: assignment('control') },
        treatment: { recommender, lists: parts.createLists(recommender), assignment: assignment('treatment') },
      },
    };
    active = begun;
    // Exact search answers until the graph is built, and where it cannot be built.
    void model.buildIndex(() => active !== begun).catch(() => undefined);
    return begun;
  };

  const resume = async (stored: StoredExperiment, files: ExperimentStore): Promise<void> => {
    const served = parts.control().recommender.manifest.version;
    const { control } = versionsOf(stored);
    const one = await recall(stored, files);
    const because = mustEnd(one.stored)
      ? harmWords
      : served === control
        ? null
        : `The server was started with version ${served} instead of ${control}.`;
    if (because !== null) return keepEnded(ended(counted(one), because), true);
    try {
      await begin(one, await parts.load(path.resolve(folder as string, stored.treatment_path)), files);
    } catch (error) {
      return keepEnded(ended(counted(one), `The treatment could not be loaded when the server started: ${reportOf(error).message}`), true);
    }
    // Successes of the last second before a kill: events outlive it, and counting one twice is impossible.
    for (const event of memory.all()) heard([event]);
  };

  if (store) {
    for (const stored of await store.readAll()) {
      if (stored.active && !active) await resume(stored, store);
      else past.set(stored.id, stored);
    }
  }

  const assertNoneActive = (): void => {
    if (!active) return;
    const { id } = active.stored;
    throw new EngineError(
      'conflict',
      `The experiment ${id} compares with the served version. End it first: POST /admin/experiments/${id}/stop.`,
    );
  };

  const find = (id: string): Experiment => {
    if (active?.stored.id === id) return activeShown(active);
    const known = past.get(id);
    if (known) return shown(known);
    throw new EngineError('not_found', `There is no experiment ${JSON.stringify(id)}. GET /admin/experiments lists those there are.`);
  };

  return {
    answering: (userId) => active?.arms[armOf(active.stored.id, userId, active.stored.share)],
    expose({ experimentId, arm }, userId, items) {
      if (active?.stored.id !== experimentId || items.length === 0 || active.log.full()) return;
      const itemIds = items.map(({ item_id: itemId }) => itemId);
      const timeMs = Date.now();
      const user = pseudonymOf(active.salt, userId);
      if (!active.outcomes.expose(user, arm, timeMs, itemIds)) return;
      active.log.write({ t: timeMs, u: user, a: arm, i: itemIds });
      parts.countExposure(arm);
      lookNow(active);
    },
    heard,
    treatment: () => active?.model.recommender ?? null,
    assertNoneActive,
    async start(input, bundlePath) {
      if (!store || folder === null) {
        throw new EngineError('unsupported', 'This server has no folder for experiments. Serve a workspace: recsmith serve WORKSPACE.');
      }
      assertNoneActive();
      const control = parts.control().recommender.manifest.version;
      if (input.treatment === control) {
        throw new EngineError('invalid_input', `treatment ${control} is the served version itself. Name another one of GET /admin/models.`);
      }
      const model = await parts.load(bundlePath);
      try {
        if (closed) throw new EngineError('unavailable', 'The server is stopping.');
        const outcomes = createOutcomes();
        const stored: StoredExperiment = {
          id: await store.newId(),
          name: input.name,
          state: 'running',
          active: true,
          share: input.share,
          success_events: input.success_events,
          stop_on_harm: input.stop_on_harm,
          started_at: new Date().toISOString(),
          ended_at: null,
          ended_because: null,
          ...experimentFigures({ control, treatment: model.recommender.manifest.version }, outcomes),
          p_value: 1,
          treatment_path: path.relative(folder, bundlePath),
          salt: randomBytes(16).toString('base64url'),
        };
        await store.save(stored);
        const begun = await begin({ stored, outcomes, test: createSequentialTest() }, model, store);
        tell('experiment_started', stored, false);
        return activeShown(begun);
      } catch (error) {
        model.recommender.dispose();
        throw error;
      }
    },
    async stop(id) {
      if (active?.stored.id === id) await end(active, 'An administrator ended it.', false);
      return find(id);
    },
    async endActive(because) {
      if (active) await end(active, because, true);
    },
    list: () => [...(active ? [activeShown(active)] : []), ...[...past.values()].reverse().map((one) => shown(one))],
    find,
    async close() {
      closed = true;
      const one = active;
      active = null;
      one?.arms.treatment.lists.close();
      await one?.log.close();
    },
  };
}
