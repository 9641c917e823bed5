import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { MiB } from '#contract/api/route';
import { EngineError } from '#contract/errors';
import type { DoorLimits, OpenDoor, OpenHttpDoor } from '../../serving/door.ts';
import { closeServer } from './close-server.ts';
import { createDispatch } from './dispatch.ts';
import { createGuard, type Guard } from './guard.ts';
import { createLoadShedder } from './load-shedder.ts';
import { ownNames, shownHost } from './own-names.ts';
import { problemOf } from './problem.ts';
import { createSender } from './send.ts';
import { readTls } from './tls.ts';
import { answerUnreadable, type Told } from './unreadable.ts';

const usualLimits: DoorLimits = {
  behindMs: 100,
  connections: 2000,
  bodyBytes: 256 * MiB,
  bodyIdleMs: 5000,
  headersMs: 10_000,
  requestMs: 30_000,
  writeMs: 30_000,
  answerMs: 120_000,
  answerBytes: 256 * MiB,
  graceMs: 300,
};

/** Slow clients are let go; nobody waits behind them. Lists of ids to leave out may stand in an address. */
const patienceOf = ({ headersMs, requestMs }: DoorLimits) => ({
  maxHeaderSize: 32_768,
  headersTimeout: headersMs,
  requestTimeout: requestMs,
  connectionsCheckingInterval: Math.min(1000, headersMs / 4),
  keepAliveTimeout: 5000,
});

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        const words = `Port ${port} on ${host} is taken by another program. Choose another one with --port, or stop the other program.`;
        reject(new EngineError('port_in_use', words, { port }));
      } else if (error.code === 'EACCES') {
        reject(new EngineError('forbidden', `This user may not open port ${port}. Choose one from 1024 on.`, { port }));
      } else
        reject(new EngineError('unavailable', `Port ${port} on ${host} cannot be opened: ${error.message}.`, { port }, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

/** Opens the served API. Port 0 takes any free one. Throws `port_in_use`, or `unreadable_file` for a certificate that cannot be used. */
export const openHttpDoor: OpenHttpDoor = async (options): Promise<OpenDoor> => {
  const { host, port, onAnswer, tls, names = [] } = options;
  // The guard needs the port, which is known once the server listens; nothing is answered before.
  let guard: Guard = () => {
    throw new EngineError('unavailable', 'The server is just starting.');
  };
  const limits = { ...usualLimits, ...options.limits };
  const sender = createSender(limits);
  const told: Told = new WeakMap();
  const dispatch = createDispatch(options, limits, sender, told);
  const patience = patienceOf(limits);
  const server: Server = tls ? createTlsServer({ ...patience, ...(await readTls(tls)) }) : createServer(patience);
  const shedder = createLoadShedder(server, limits);
  server.on('clientError', (error, socket) => answerUnreadable(told, error, socket));
  const answer = (request: IncomingMessage, response: ServerResponse, arrivedMs: number): void => {
    try {
      guard(request);
    } catch (error) {
      // Answered without reading what else was sent; then the connection is let go.
      const refusal = problemOf(error);
      const { method = '', url = '' } = request;
      onAnswer({ requestId: '', route: 'refused', method, target: url, status: refusal.status, durationMs: 0, identity: null });
      sender.whole(response, { ...refusal, headers: { ...refusal.headers, connection: 'close' } });
      return;
    }
    dispatch(request, response, arrivedMs);
  };
  server.on('request', (request, response) => {
    const arrivedMs = performance.now();
    const refused = (): void => {
      const { method = '', url = '' } = request;
      const durationMs = performance.now() - arrivedMs;
      onAnswer({ requestId: '', route: 'shed', method, target: url, status: 503, durationMs, identity: null });
    };
    shedder.admit(request, response, () => answer(request, response, arrivedMs), refused);
  });
  const address = host === 'localhost' ? '127.0.0.1' : host;
  await listen(server, address, port);
  const bound = (server.address() as AddressInfo).port;
  const scheme = tls ? 'https' : 'http';
  guard = createGuard({ port: bound, scheme, names: ownNames(address, names) });
  return {
    url: `${scheme}://${shownHost(host)}:${bound}`,
    port: bound,
    async close(waitMs) {
      shedder.stopping();
      await closeServer(server, limits.graceMs, Math.max(0, waitMs - 2 * limits.graceMs));
    },
  };
};
