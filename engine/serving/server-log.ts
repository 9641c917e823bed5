import type { Answered } from './door.ts';
import { type LogSink, openLogFile, openStderrLog } from './log-file.ts';

/**
 * How much is written. `failures`: what failed in the server, and when it starts, changes bundles and stops. `info`: every request besides, but for
 * health, readiness, metrics and documentation, which `debug` has too.
 */
export type LogLevel = 'off' | 'failures' | 'info' | 'debug';

/**
 * One line of JSON for what happened. No line holds who was asked for, what was sent or answered, a path, a query, a key or a token: only names from
 * fixed sets, numbers, the request's id and the public id of the caller's key.
 */
export interface ServerLog {
  request(answered: Answered): void;
  event(level: 'info' | 'error', name: string, facts?: Record<string, string | number | boolean | null>): void;
  close(): Promise<void>;
}

const probes = new Set(['health', 'ready', 'metrics', 'docs', 'openapi', 'root']);
const shedEveryMs = 1000;

/** What RECSMITH_LOG says; only failures where it says nothing that is known. */
export function logLevelOf(value: string | undefined): LogLevel {
  return value === 'off' || value === 'info' || value === 'debug' ? value : 'failures';
}

function requestLine({ requestId, route, method, status, durationMs, source, degraded, identity, bug }: Answered): string {
  const level = status >= 500 && status !== 501 ? 'error' : 'info';
  return JSON.stringify({
    time: new Date().toISOString(),
    level,
    event: 'request',
    request_id: requestId,
    route,
    method,
    status,
    duration_ms: Math.round(durationMs * 100) / 100,
    source,
    degraded,
    key_id: identity?.keyId ?? undefined,
    bug,
  });
}

/** @param folder for `server.log`; null: the error stream */
export function openServerLog(level: LogLevel, folder: string | null): ServerLog {
  if (level === 'off') return { request: () => undefined, event: () => undefined, close: async () => undefined };
  const sink: LogSink = folder === null ? openStderrLog() : openLogFile(folder);
  let shed = 0;
  let shedToldMs = Number.NEGATIVE_INFINITY;

  const event: ServerLog['event'] = (eventLevel, name, facts = {}) =>
    sink.write(`${JSON.stringify({ time: new Date().toISOString(), level: eventLevel, event: name, ...facts })}\n`);
  // Whoever is drowning in requests must not write a line for each.
  const countShed = (): void => {
    shed += 1;
    if (performance.now() - shedToldMs < shedEveryMs) return;
    event('error', 'shed', { requests: shed });
    shed = 0;
    shedToldMs = performance.now();
  };

  return {
    request(answered) {
      const { route, status } = answered;
      if (route === 'shed') countShed();
      else if ((status >= 500 && status !== 501) || level === 'debug' || (level === 'info' && !probes.has(route)))
        sink.write(`${requestLine(answered)}\n`);
    },
    event,
    async close() {
      if (shed > 0) event('error', 'shed', { requests: shed });
      await sink.close();
    },
  };
}
