import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { DoorLimits } from '../../serving/door.ts';
import { problemReply } from './problem.ts';
import { commonHeaders } from './reply.ts';
import { createWaitingLine } from './waiting-line.ts';

/** Turns requests away that would only wait. What is turned away costs next to nothing: nothing is read, found or made for it. */
export interface LoadShedder {
  /** Calls `work` when it is the request's turn, or answers it with 503 and calls `refused`. */
  admit(request: IncomingMessage, response: ServerResponse, work: () => void, refused: () => void): void;
  /** From now on every request is refused and its connection closed. */
  stopping(): void;
}

type Limits = Pick<DoorLimits, 'behindMs' | 'connections'>;

/** Sockets beyond the ones that are answered 503; beyond these the system turns them away. */
const spareConnections = 2000;

/** So many may always wait, however long each of them takes: a few large requests are no overload. */
const alwaysTaken = 32;

/** More than can wait by one request a connection: somebody sends many without reading. */
const longestLine = 5000;

/** Asked by whoever watches a server, most of all when it is in trouble. */
const alwaysAnswered = new Set(['/health', '/ready']);

/** A 503 that is written once. */
function constantReply(detail: string, closes: boolean): (response: ServerResponse) => void {
  const { status, headers, body } = problemReply(503, 'unavailable', detail, { 'retry-after': '1' });
  const all = {
    ...commonHeaders,
    ...headers,
    'content-length': String((body as string).length),
    ...(closes ? { connection: 'close' } : {}),
  };
  const pairs = Object.entries(all).flat();
  return (response) => {
    response.writeHead(status, pairs);
    response.end(body);
  };
}

export function createLoadShedder(server: Server, { behindMs, connections }: Limits): LoadShedder {
  let knocked = false;
  const nobodyKnocked = (): void => {
    knocked = false;
  };
  const line = createWaitingLine(2, () => knocked);
  // Clients that do not wait when told to would take the time of all others if each of them were refused at once.
  const refusals = createWaitingLine(0.4, () => knocked);
  const tooBusy = constantReply('More requests come than can be answered in time. Send it again in a second.', false);
  const tooMany = constantReply(`More than ${connections} connections are open. Close some, or use one for many requests.`, true);
  const isStopping = constantReply('The server is stopping. Send it again in a moment, to the one that follows.', true);
  const crowded = new WeakSet<Socket>();
  let open = 0;
  let stopping = false;

  server.maxConnections = connections + spareConnections;
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    open += 1;
    knocked = true;
    setImmediate(nobodyKnocked);
    if (open > connections) crowded.add(socket);
    socket.once('close', () => {
      open -= 1;
    });
  });

  return {
    admit(request, response, work, refused) {
      const closing = stopping ? isStopping : crowded.has(request.socket) ? tooMany : null;
      if (alwaysAnswered.has(request.url ?? '')) {
        if (closing) response.setHeader('connection', 'close');
        work();
        return;
      }
      const late = line.length >= alwaysTaken && line.expectedMs() > behindMs;
      const refusal = closing ?? (late ? tooBusy : null);
      if (refusal) {
        const refuse = (): void => {
          refusal(response);
          refused();
        };
        if (refusals.length < longestLine) refusals.join(refuse);
        else refuse();
        return;
      }
      line.join(() => {
        // Whoever has gone while waiting needs no answer.
        if (!response.destroyed) work();
      });
    },
    stopping() {
      stopping = true;
    },
  };
}
