import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { EngineError } from '#contract/errors';
import type { OpenDoor, OpenHttpDoor } from '../../serving/door.ts';
import { createDispatch } from './dispatch.ts';
import { createGuard, type Guard } from './guard.ts';
import { ownNames, shownHost } from './own-names.ts';
import { problemOf } from './problem.ts';
import { send } from './reply.ts';
import { readTls } from './tls.ts';
import { answerUnreadable } from './unreadable.ts';

/** Slow clients are let go; nobody waits behind them. Lists of ids to leave out may stand in an address. */
const timeouts = {
  maxHeaderSize: 32_768,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 5000,
};

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

function closeServer(server: Server, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    // Connections that idle between two requests are shut as soon as they do.
    const idle = setInterval(() => server.closeIdleConnections(), 20);
    const late = setTimeout(() => server.closeAllConnections(), waitMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Opens the served API. Port 0 takes any free one. Throws `port_in_use`, or `unreadable_file` for a certificate that cannot be used. */
export const openHttpDoor: OpenHttpDoor = async (options): Promise<OpenDoor> => {
  const { host, port, onAnswer, tls, names = [] } = options;
  // The guard needs the port, which is known once the server listens; nothing is answered before.
  let guard: Guard = () => {
    throw new EngineError('unavailable', 'The server is just starting.');
  };
  let closing = false;
  const dispatch = createDispatch(options);
  const listener: RequestListener = (request, response) => {
    if (closing) response.setHeader('connection', 'close');
    try {
      guard(request);
    } catch (error) {
      // Answered without reading what else was sent; then the connection is let go.
      const refusal = problemOf(error);
      const { method = '', url = '' } = request;
      onAnswer({ requestId: '', route: 'refused', method, target: url, status: refusal.status, durationMs: 0, identity: null });
      send(response, { ...refusal, headers: { ...refusal.headers, connection: 'close' } });
      return;
    }
    dispatch(request, response);
  };
  const patience = { ...timeouts, ...options.timeouts };
  const server: Server = tls ? createTlsServer({ ...patience, ...(await readTls(tls)) }, listener) : createServer(patience, listener);
  const unreadable = new WeakSet<Duplex>();
  server.on('clientError', (error, socket) => answerUnreadable(unreadable, error, socket));
  const address = host === 'localhost' ? '127.0.0.1' : host;
  await listen(server, address, port);
  const bound = (server.address() as AddressInfo).port;
  const scheme = tls ? 'https' : 'http';
  guard = createGuard({ port: bound, scheme, names: ownNames(address, names) });
  return {
    url: `${scheme}://${shownHost(host)}:${bound}`,
    port: bound,
    close(waitMs) {
      closing = true;
      return closeServer(server, waitMs);
    },
  };
};
