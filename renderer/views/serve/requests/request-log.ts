import type { Route } from '#contract/api/route';
import { routes } from '#contract/routes';
import type { ServedRequest, ServerTraffic, TrafficSecond } from '#contract/server';

/** Requests that the window keeps; the oldest go first. */
export const keptRequests = 5000;

export interface RequestLog {
  /** Oldest first. */
  requests: ServedRequest[];
  lastSequence: number;
  /** Requests that came faster than they were kept. */
  missed: number;
  seconds: TrafficSecond[];
}

export const emptyLog: RequestLog = { requests: [], lastSequence: 0, missed: 0, seconds: [] };

/** The log with what came since. An answer that comes twice adds nothing. */
export function addTraffic(log: RequestLog, traffic: ServerTraffic): RequestLog {
  const fresh = traffic.requests.filter(({ sequence }) => sequence > log.lastSequence);
  const requests = fresh.length > 0 ? [...log.requests, ...fresh].slice(-keptRequests) : log.requests;
  return {
    requests,
    lastSequence: Math.max(log.lastSequence, traffic.lastSequence),
    missed: log.missed + traffic.missed,
    seconds: traffic.seconds,
  };
}

export type StatusFilter = 'all' | 'good' | 'errors' | '4xx' | '5xx';

export interface RequestFilter {
  /** Looked for in target, caller, source and request id. */
  text: string;
  /** Empty: every route. */
  route: string;
  status: StatusFilter;
}

export const anyRequest: RequestFilter = { text: '', route: '', status: 'all' };

export const isFiltered = ({ text, route, status }: RequestFilter): boolean => text.trim() !== '' || route !== '' || status !== 'all';

const statusHolds: Record<StatusFilter, (status: number) => boolean> = {
  all: () => true,
  good: (status) => status < 400,
  errors: (status) => status >= 400,
  '4xx': (status) => status >= 400 && status < 500,
  '5xx': (status) => status >= 500,
};

/** The requests that a filter lets through, newest first. */
export function shownRequests(requests: readonly ServedRequest[], filter: RequestFilter): ServedRequest[] {
  const text = filter.text.trim().toLowerCase();
  const holds = statusHolds[filter.status];
  const found = requests.filter(
    (one) =>
      holds(one.status) &&
      (filter.route === '' || one.route === filter.route) &&
      (text === '' ||
        [one.method, one.target, one.caller, one.source ?? '', one.degraded ?? '', one.requestId].some((part) =>
          part.toLowerCase().includes(text),
        )),
  );
  return found.reverse();
}

/** The routes that were asked for, for the filter: the one that is chosen stays there. */
export function routesSeen(requests: readonly ServedRequest[], chosen: string): string[] {
  const seen = new Set(requests.map(({ route }) => route));
  if (chosen) seen.add(chosen);
  return [...seen].sort();
}

const rowOf = ({ method, route }: Pick<ServedRequest, 'method' | 'route'>) =>
  Object.entries<Route>(routes).find(([name, row]) => name === route || (row.path === route && row.method === method))?.[1];

/** A route as its row in the table says it: `GET /recommend/{user_id}`. */
export function routeText(route: string): string {
  const row = (routes as Record<string, Route>)[route];
  return row ? `${row.method} ${row.path}` : route;
}

/** Whether sending this request again would change something: reads are sent at once. What the table does not know counts as a change. */
export function repeatsAChange(request: Pick<ServedRequest, 'method' | 'route'>): boolean {
  if (request.method === 'GET') return false;
  return rowOf(request)?.role !== 'viewer';
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** The body as it came; nothing where there was none, or where it is not whole: long ones are cut, and those with secrets are not kept. */
export const wholeBody = ({ sent }: Pick<ServedRequest, 'sent'>): string | undefined => (sent && isJson(sent) ? sent : undefined);

/** Why a request cannot be sent again as it was; nothing where it can. */
export function whyNotAgain({ method, target, sent }: Pick<ServedRequest, 'method' | 'target' | 'sent'>): string | undefined {
  if (!['GET', 'POST', 'DELETE'].includes(method)) return `${method} requests are not sent from here.`;
  if (target.endsWith('…')) return 'Only the beginning of its address was kept, so it cannot be sent again as it was.';
  if (sent && wholeBody({ sent }) === undefined) return 'Its body was not kept whole, so it cannot be sent again as it was.';
  return undefined;
}

const pad = (value: number, digits: number) => String(value).padStart(digits, '0');

/** `14:07:03.412`, in the user's zone. */
export function clockText(iso: string): string {
  const at = new Date(iso);
  return `${pad(at.getHours(), 2)}:${pad(at.getMinutes(), 2)}:${pad(at.getSeconds(), 2)}.${pad(at.getMilliseconds(), 3)}`;
}

/** What made an answer, and what gave way where something did. */
export function sourceText({ source, degraded }: Pick<ServedRequest, 'source' | 'degraded'>): string {
  if (!source) return '';
  return degraded ? `${source} (${degraded.replaceAll('_', ' ')})` : source;
}
