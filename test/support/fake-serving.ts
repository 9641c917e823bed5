import type { ApiKeyInfo, AuditEntry } from '#contract/api/admin-routes';
import { EngineError } from '#contract/errors';
import type { InputOf, OutputOf } from '#contract/operations';
import type { ServedRequest, ServerSecurity, ServerTraffic, TrafficSecond } from '#contract/server';
import { served } from './fake-data.ts';

const agoMs = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** The same sequence at every start. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const kinds: readonly (readonly [method: string, route: string, target: (n: number) => string])[] = [
  ['GET', 'recommend', (n) => `/recommend/u-${String(n % 900).padStart(4, '0')}?k=10`],
  [
    'GET',
    'recommend',
    (n) => `/recommend/u-${String(n % 700).padStart(4, '0')}?k=20&filter=category%3Avideo%20AND%20difficulty%3C3&explain=true`,
  ],
  ['GET', 'similar', (n) => `/similar/i-${String(n % 480).padStart(4, '0')}?k=8`],
  ['POST', 'suggest', () => '/suggest'],
  ['POST', 'events', () => '/events'],
  ['GET', 'feed', (n) => `/api/feeds?user_id=u-${String(n % 900).padStart(4, '0')}&limit=20`],
  ['GET', 'health', () => '/health'],
];

const problem = (status: number, title: string, detail: string, code: string) =>
  JSON.stringify({ type: 'about:blank', title, status, detail, code });

function requestOf(sequence: number, at: number, roll: () => number): ServedRequest {
  const [method, route, target] = kinds[Math.floor(roll() ** 1.6 * kinds.length)]!;
  const lists = ['recommend', 'suggest', 'feed'].includes(route);
  const wrong = roll() < 0.04;
  const status = wrong ? (lists ? 503 : route === 'similar' ? 404 : 429) : route === 'events' ? 202 : 200;
  const source = lists && !wrong ? (['ranker', 'ranker', 'ranker', 'retrieval', 'popularity'] as const)[Math.floor(roll() * 5)]! : null;
  const sent =
    route === 'events'
      ? JSON.stringify({ event_id: `e-${sequence}`, user_id: 'u-0001', item_id: 'i-0009', event_type: 'view' })
      : route === 'suggest'
        ? JSON.stringify({ user_id: 'u-0007', candidates: ['i-0001', 'i-0002', 'i-0003'], k: 2 })
        : null;
  const answers: Record<number, string> = {
    200: JSON.stringify({ ...served, request_id: `q-${sequence}` }),
    202: JSON.stringify({ accepted: 1, duplicates: 0, event_ids: [`e-${sequence}`] }),
    404: problem(404, 'Not found', 'There is no item i-9999 in this bundle.', 'not_found'),
    429: problem(429, 'Too many requests', 'The key nightly job may send 50 requests a second. Go on in 1 s.', 'rate_limited'),
    503: problem(503, 'Overloaded', 'More requests wait than can be answered in time. Try again in 1 s.', 'overloaded'),
  };
  return {
    sequence,
    requestId: `q-${sequence}`,
    time: new Date(at).toISOString(),
    method,
    target: target(sequence * 37),
    route,
    status,
    durationMs: 0.3 + roll() ** 6 * 40,
    source,
    degraded: source === 'retrieval' ? 'ranker_slow' : null,
    caller: ['open', 'shop website', 'nightly job'][Math.floor(roll() * 3)]!,
    sent,
    answer: answers[status]!,
  };
}

function secondOf(timeMs: number, roll: () => number): TrafficSecond {
  const requests = Math.round(260 + 140 * Math.sin(timeMs / 70_000) + roll() * 60);
  const errors = roll() < 0.03 ? Math.ceil(roll() * 9) : 0;
  const p50Ms = 1.2 + roll() * 0.8;
  const lists = Math.round(requests * 0.8);
  const [cache, retrieval, popularity] = [Math.round(lists * 0.22), Math.round(lists * roll() * 0.12), Math.round(lists * 0.03)];
  return {
    timeMs,
    requests,
    errors,
    p50Ms,
    p95Ms: p50Ms * (2.6 + roll()),
    p99Ms: p50Ms * (5 + roll() ** 8 * 25),
    sources: { ranker: lists - cache - retrieval - popularity, cache, retrieval, popularity },
  };
}

/** Traffic, keys and the audit log of a server that does not run. `quiet`: nobody asks it anything. */
export class FakeServing {
  readonly #quiet: boolean;
  readonly #roll = dice(7);
  #seconds: TrafficSecond[] = [];
  #requests: ServedRequest[] = [];
  #sequence = 0;
  #auth = false;
  #keys: ApiKeyInfo[] = [];
  #audit: AuditEntry[] = [];

  constructor(quiet: boolean) {
    this.#quiet = quiet;
    if (quiet) return;
    this.#add('shop website', 'service', 400, agoMs(9000), agoMs(1));
    this.#add('nightly job', 'admin', null, agoMs(4000), agoMs(700));
    this.#add('an old laptop', 'viewer', 5, agoMs(90_000), null);
    this.#keys[2]!.revoked_at = agoMs(2000);
    for (let at = 0; at < 120; at++) this.#write(at % 5 ? 'model.activate' : 'key.create', at % 5 ? `b-000${at % 3}` : 'shop website');
  }

  get auth(): boolean {
    return this.#auth;
  }

  /** What a server that has run for ten minutes has seen. */
  start(): void {
    if (this.#quiet) return;
    const now = Math.floor(Date.now() / 1000) * 1000;
    this.#seconds = Array.from({ length: 600 }, (_, at) => secondOf(now - (600 - at) * 1000, this.#roll));
    this.#requests = Array.from({ length: 400 }, (_, at) => requestOf(at + 1, now - (400 - at) * 25, this.#roll));
    this.#sequence = 400;
  }

  traffic(after: number): ServerTraffic {
    const now = Date.now();
    const second = Math.floor(now / 1000) * 1000;
    const last = this.#seconds.at(-1)?.timeMs ?? second;
    if (last < second) {
      const fresh = Array.from({ length: (second - last) / 1000 }, (_, at) => secondOf(last + (at + 1) * 1000, this.#roll));
      this.#seconds = [...this.#seconds, ...fresh].slice(-600);
      for (let at = 0; at < 12; at++) {
        this.#sequence += 1;
        this.#requests.push(requestOf(this.#sequence, now - (12 - at) * 80, this.#roll));
      }
    }
    return {
      requests: this.#requests.filter(({ sequence }) => sequence > after),
      lastSequence: this.#sequence,
      missed: this.#quiet || after === 0 ? 0 : 180,
      seconds: this.#seconds,
    };
  }

  security(limit: number): ServerSecurity {
    return { auth: this.#auth, keys: this.#keys, audit: { whole: true, entries: [...this.#audit].reverse().slice(0, limit) } };
  }

  setAuth(on: boolean): ServerSecurity {
    this.#auth = on;
    this.#write(on ? 'auth.on' : 'auth.off', 'server');
    return this.security(100);
  }

  createKey({ name, role = 'viewer', rate_limit = null }: InputOf<'server.createKey'>): OutputOf<'server.createKey'> {
    const info = this.#add(name, role, rate_limit, new Date().toISOString(), null);
    this.#write('key.create', name);
    return { ...info, api_key: `rk_${info.id}_Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0Z2FycGx5` };
  }

  revokeKey(id: string): ApiKeyInfo {
    const key = this.#keys.find((one) => one.id === id);
    if (!key) throw new EngineError('not_found', `There is no key ${id}.`);
    key.revoked_at = new Date().toISOString();
    this.#write('key.revoke', key.name);
    return key;
  }

  #add(name: string, role: ApiKeyInfo['role'], rate_limit: number | null, created_at: string, last_used_at: string | null): ApiKeyInfo {
    const id = `k${String(this.#keys.length + 1).padStart(7, '0')}`;
    const info = { id, name, role, rate_limit, created_at, last_used_at, revoked_at: null };
    this.#keys.push(info);
    return info;
  }

  #write(action: string, target: string): void {
    const sequence = this.#audit.length + 1;
    const hash = Array.from({ length: 64 }, () => Math.floor(this.#roll() * 16).toString(16)).join('');
    this.#audit.push({ sequence, time: new Date().toISOString(), actor: 'window', action, target, outcome: 'done', hash });
  }
}
