import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Arm } from '#contract/api/experiment-routes';
import { Degraded, Source } from '#contract/api/recommend-routes';
import type { BundleManifest } from '#contract/bundle';
import { type Refusal, refusals } from './auth/refusals.ts';
import type { AnswerFacts } from './handlers/handler.ts';
import { createLatencyHistograms } from './latency-histograms.ts';

/** How often lists that were made before were found. */
export interface CacheFacts {
  hits: number;
  misses: number;
  entries: number;
}

/** For a server that keeps no lists. */
export const noCache: CacheFacts = { hits: 0, misses: 0, entries: 0 };

/** What is looked up when somebody reads the metrics. */
export interface MetricFacts {
  cache(): CacheFacts;
  /** `buildSeconds`: of the graph; 0 for exact search, which needs none. */
  index(): { kind: 'exact' | 'hnsw'; size: number; buildSeconds: number };
  /** Received, and not yet on disk. */
  queue(): { bytes: number; events: number };
  /** Seconds since the newest event became durable; 0 before the first. */
  secondsSinceStored(): number;
}

/** What Prometheus reads. Labels come from fixed sets (routes, status classes, sources), so that no client can make more of them. */
export interface ServerMetrics {
  observeRequest(route: string, status: number, durationMs: number, facts?: AnswerFacts): void;
  countList(source: Source): void;
  countEvents(accepted: number, duplicates: number): void;
  countSwap(succeeded: boolean): void;
  /** Somebody was not let in. */
  countRefusal(reason: Refusal): void;
  /** A list that an experiment counts, and a success in it. */
  countExposure(arm: Arm): void;
  countSuccess(arm: Arm): void;
  showBundle(manifest: BundleManifest): void;
  text(): Promise<string>;
}

/** `cache`: a list that was made before, whatever made it. */
const sources = new Set<string>([...Source.options, 'cache']);
const reasons = new Set<string>(Degraded.options);
/** Where they are more, something counts what it should not. */
const mostSeries = 120;
/** One string for each, not one a request. */
const classes = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;
const lowestStatus = 100;
const statuses = 500;

function gauges(registry: Registry, facts: MetricFacts): void {
  const registers = [registry];
  new Counter({
    name: 'recsmith_cache_requests_total',
    help: 'Lists that were looked for in the cache, by whether they were there',
    labelNames: ['result'],
    registers,
    collect() {
      const { hits, misses } = facts.cache();
      this.reset();
      this.inc({ result: 'hit' }, hits);
      this.inc({ result: 'miss' }, misses);
    },
  });
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  gauge('recsmith_cache_entries', 'Lists in the cache', () => facts.cache().entries);
  new Gauge({
    name: 'recsmith_vector_index_info',
    help: 'How candidates are searched for',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      this.set({ kind: facts.index().kind }, 1);
    },
  });
  gauge('recsmith_vector_index_size', 'Vectors in the index', () => facts.index().size);
  gauge('recsmith_vector_index_build_seconds', 'Time it took to build the graph; 0 for exact search', () => facts.index().buildSeconds);
  gauge('recsmith_event_queue_bytes', 'Received and waiting for the disk', () => facts.queue().bytes);
  gauge('recsmith_event_queue_events', 'Events received and waiting for the disk', () => facts.queue().events);
  gauge('recsmith_event_stored_seconds_ago', 'Time since the newest event became durable; 0 before the first', facts.secondsSinceStored);
}

export function createServerMetrics(facts: MetricFacts): ServerMetrics {
  const registry = new Registry();
  const registers = [registry];
  let createdMs = Date.now();
  collectDefaultMetrics({ register: registry });
  gauges(registry, facts);
  const byRoute = createLatencyHistograms(
    'recsmith_http_request_duration_seconds',
    'Time to answer, by route and status class',
    ['route', 'status'],
    mostSeries,
  );
  const bySource = createLatencyHistograms(
    'recsmith_recommendation_duration_seconds',
    'Time to answer with a list, by route and the stage that made it',
    ['route', 'source'],
    mostSeries,
  );
  const codes = new Uint32Array(statuses);
  new Counter({
    name: 'recsmith_http_responses_total',
    help: 'Answers by status',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset();
      for (const [at, count] of codes.entries()) if (count > 0) this.inc({ code: String(at + lowestStatus) }, count);
    },
  });
  const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  const lists = counter('recsmith_recommendations_total', 'Lists by the stage that made them', ['source']);
  const degraded = counter('recsmith_degraded_total', 'Lists for which a stage gave way to a simpler one, by the reason', ['reason']);
  const events = counter('recsmith_events_total', 'Events received, by result', ['result']);
  const swaps = counter('recsmith_bundle_swaps_total', 'Changes of the served bundle, by result', ['result']);
  const refused = counter('recsmith_refused_total', 'Requests that were not let in, by the reason', ['reason']);
  const exposures = counter('recsmith_experiment_exposures_total', 'Lists that an experiment counts, by arm', ['arm']);
  const successes = counter('recsmith_experiment_successes_total', 'Successes that an experiment counts, by arm', ['arm']);
  const bundle = new Gauge({
    name: 'recsmith_bundle_info',
    help: 'The bundle that is served',
    labelNames: ['bundle', 'model', 'model_version'],
    registers,
  });
  const entities = new Gauge({
    name: 'recsmith_bundle_entities',
    help: 'Users and items of the served bundle',
    labelNames: ['kind'],
    registers,
  });
  new Gauge({
    name: 'recsmith_bundle_age_seconds',
    help: 'Time since the served bundle was made',
    registers,
    collect() {
      this.set((Date.now() - createdMs) / 1000);
    },
  });
  // Looked up once: a counter with labels makes a key of them at each call.
  const listOf = new Map(Source.options.map((source) => [source, lists.labels(source)]));
  for (const result of ['accepted', 'duplicate']) events.inc({ result }, 0);
  for (const reason of refusals) refused.inc({ reason }, 0);
  for (const arm of Arm.options) {
    exposures.inc({ arm }, 0);
    successes.inc({ arm }, 0);
  }
  for (const result of ['swapped', 'refused']) swaps.inc({ result }, 0);

  return {
    observeRequest(route, status, durationMs, { source, degraded: reason } = {}) {
      byRoute.observe(route, classes[Math.floor(status / 100)] ?? '0xx', durationMs);
      const at = status - lowestStatus;
      codes[at] = (codes[at] as number) + 1;
      if (source !== undefined && sources.has(source)) bySource.observe(route, source, durationMs);
      if (reason !== undefined && reasons.has(reason)) degraded.inc({ reason });
    },
    countList: (source) => listOf.get(source)?.inc(),
    countEvents(accepted, duplicates) {
      events.inc({ result: 'accepted' }, accepted);
      events.inc({ result: 'duplicate' }, duplicates);
    },
    countExposure: (arm) => exposures.inc({ arm }),
    countSuccess: (arm) => successes.inc({ arm }),
    countSwap: (succeeded) => swaps.inc({ result: succeeded ? 'swapped' : 'refused' }),
    countRefusal: (reason) => refused.inc({ reason }),
    showBundle({ name, model, version, counts, createdAt }) {
      createdMs = Date.parse(createdAt);
      bundle.reset();
      bundle.set({ bundle: name, model, model_version: version }, 1);
      entities.set({ kind: 'users' }, counts.users);
      entities.set({ kind: 'items' }, counts.items);
    },
    text: async () => `${await registry.metrics()}\n${byRoute.text()}\n${bySource.text()}`,
  };
}
