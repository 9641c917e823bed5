import { connect, type Socket } from 'node:net';

/** How one request ended: a status, or the connection was not taken, or it broke before the answer was whole. */
export type Ending = number | 'refused' | 'reset';

export interface ManyClients {
  /** Sends no more, waits for what is under way for two seconds at most, and hangs up. */
  stop(): Promise<void>;
  /** Requests that found no idle connection, at a given rate. */
  notSent(): number;
}

interface Options {
  port: number;
  connections: number;
  /** Requests a second; null: each connection sends again as soon as it was answered. */
  rate: number | null;
  path(): string;
  onEnd(ending: Ending, latencyMs: number, sentMs: number): void;
}

interface Client {
  socket: Socket | null;
  busy: boolean;
  sentMs: number;
  received: string;
}

const tickMs = 2;

/** Whether the text holds a whole answer; lengths are counted in characters, since answers are read as Latin 1. */
function answerLength(text: string): number | null {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return null;
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length >= head + 4 + length ? head + 4 + length : null;
}

/** Many clients over plain sockets in one process: they cost so little that the server is what is measured. None waits before it tries again. */
export function startManyClients({ port, connections, rate, path, onEnd }: Options): ManyClients {
  const clients: Client[] = Array.from({ length: connections }, () => ({ socket: null, busy: false, sentMs: 0, received: '' }));
  const idle: Client[] = rate === null ? [] : [...clients];
  let stopped = false;
  let notSent = 0;
  let due = 0;

  const finish = (client: Client, ending: Ending): void => {
    if (!client.busy) return;
    client.busy = false;
    client.received = '';
    onEnd(ending, performance.now() - client.sentMs, client.sentMs);
    if (stopped) return;
    if (rate !== null) idle.push(client);
    // Who was not let in at all would otherwise spin without a pause.
    else if (ending === 'refused') setTimeout(() => send(client), 10);
    else send(client);
  };

  const open = (client: Client): Socket => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let connected = false;
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      connected = true;
    });
    socket.on('data', (text: string) => {
      client.received += text;
      if (answerLength(client.received) === null) return;
      const status = Number(client.received.slice(9, 12));
      if (/\r\nconnection: close\r\n/i.test(client.received)) {
        client.socket = null;
        socket.end();
      }
      finish(client, status);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (client.socket !== socket) return;
      client.socket = null;
      finish(client, connected ? 'reset' : 'refused');
    });
    return socket;
  };

  const send = (client: Client): void => {
    if (stopped) return;
    client.busy = true;
    client.sentMs = performance.now();
    client.socket ??= open(client);
    client.socket.write(`GET ${path()} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  };

  const began = performance.now();
  const tick = (): void => {
    const total = ((performance.now() - began) * (rate ?? 0)) / 1000;
    for (; due < total; due++) {
      const client = idle.shift();
      if (client) send(client);
      else notSent += 1;
    }
  };
  const timer = rate === null ? null : setInterval(tick, tickMs);
  if (rate === null) for (const client of clients) send(client);

  return {
    notSent: () => notSent,
    async stop() {
      if (timer) clearInterval(timer);
      stopped = true;
      const until = performance.now() + 2000;
      while (clients.some(({ busy }) => busy) && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
      for (const { socket } of clients) socket?.destroy();
    },
  };
}
