import type { RouteName } from './routes.ts';
import { type SnippetInput, type SnippetLanguage, snippet } from './snippets.ts';

const user_id = 'u0042';
const item_id = 'i007';
const click = { event_id: 'e1', user_id, item_id, event_type: 'click' };

/** What a call of a route looks like, with ids of the sample data. */
export const examples: Partial<Record<RouteName, SnippetInput>> = {
  recommend: { params: { user_id }, query: { k: 5 } },
  recommendByQuery: { query: { user_id, k: 5 } },
  recommendBatch: { body: { user_ids: [user_id, 'u0007'], k: 5 } },
  similar: { params: { item_id }, query: { k: 5 } },
  suggest: { body: { user_id, k: 5 } },
  feed: { query: { user_id, limit: 20 } },
  events: { body: [click] },
  logEvent: { body: click },
  track: { body: { events: [click] } },
  recentEvents: { query: { user_id, limit: 10 } },
  health: {},
  ready: {},
  token: { body: { api_key: 'YOUR_KEY' } },
  train: { body: {} },
  reindex: { body: {} },
  uploadItems: { file: 'items.csv' },
  uploadInteractions: { file: 'interactions.csv' },
  job: { params: { id: 'job-1' } },
  models: {},
  activateModel: { params: { version: 'VERSION' }, body: {} },
  cache: {},
  experiments: {},
  startExperiment: { body: { name: 'New ranker', treatment: 'VERSION' } },
  stopExperiment: { params: { id: 'exp-1' }, body: {} },
  exportUser: { params: { id: user_id } },
  eraseUser: { params: { id: user_id } },
};

const shown: [language: SnippetLanguage, label: string][] = [
  ['curl', 'cURL'],
  ['python', 'Python'],
  ['typescript', 'TypeScript'],
];

/** The example of a route as code, as documentation tools read it from an OpenAPI document; empty where it has none. */
export function codeSamples(baseUrl: string, route: RouteName): { lang: SnippetLanguage; label: string; source: string }[] {
  const example = examples[route];
  return example ? shown.map(([lang, label]) => ({ lang, label, source: snippet(lang, baseUrl, route, example) })) : [];
}
