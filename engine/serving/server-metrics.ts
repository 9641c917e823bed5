import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Source } from '#contract/api/recommend-routes';
import type { BundleManifest } from '#contract/bundle';

/** What Prometheus reads. Labels come from fixed sets (routes, status classes, sources), so that no client can make more of them. */
export interface ServerMetrics {
  observeRequest(route: string, status: number, durationMs: number): void;
  countList(source: Source): void;
  countEvents(accepted: number, duplicates: number): void;
  countSwap(succeeded: boolean): void;
  showBundle(manifest: BundleManifest): void;
  text(): Promise<string>;
}

export function createServerMetrics(): ServerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'recsmith_http_request_duration_seconds',
    help: 'Time to answer, by route and status class',
    labelNames: ['route', 'status'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers,
  });
  const lists = new Counter({
    name: 'recsmith_recommendations_total',
    help: 'Lists by the stage that made them',
    labelNames: ['source'],
    registers,
  });
  const events = new Counter({ name: 'recsmith_events_total', help: 'Events received, by result', labelNames: ['result'], registers });
  const swaps = new Counter({
    name: 'recsmith_bundle_swaps_total',
    help: 'Changes of the served bundle, by result',
    labelNames: ['result'],
    registers,
  });
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

  return {
    observeRequest: (route, status, durationMs) => durations.observe({ route, status: `${Math.floor(status / 100)}xx` }, durationMs / 1000),
    countList: (source) => lists.inc({ source }),
    countEvents(accepted, duplicates) {
      events.inc({ result: 'accepted' }, accepted);
      events.inc({ result: 'duplicate' }, duplicates);
    },
    countSwap: (succeeded) => swaps.inc({ result: succeeded ? 'swapped' : 'refused' }),
    showBundle({ name, model, version, counts }) {
      bundle.reset();
      bundle.set({ bundle: name, model, model_version: version }, 1);
      entities.set({ kind: 'users' }, counts.users);
      entities.set({ kind: 'items' }, counts.items);
    },
    text: () => registry.metrics(),
  };
}
