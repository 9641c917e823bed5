import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request as plainRequest } from 'node:http';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { EngineError } from '#contract/errors';
import type { ServerAnswer } from '#contract/server';
import type { EngineContext } from './engine-context.ts';
import { securityOf } from './server-security.ts';

const timeoutMs = 10_000;

export interface SendInput {
  method: string;
  path: string;
  body?: string | undefined;
  headers: Record<string, string>;
}

/** An encrypted connection to whoever has the private key of this very certificate; its names do not matter, and neither does who signed it. */
async function connectTo({ hostname, port }: URL, certificateFile: string): Promise<Socket> {
  const wanted = new X509Certificate(await readFile(certificateFile)).fingerprint256;
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host, port: Number(port), rejectUnauthorized: false, timeout: timeoutMs }, () => {
      if (socket.getPeerX509Certificate()?.fingerprint256 === wanted) return resolve(socket);
      socket.destroy();
      reject(new Error('The certificate is not the one that the server was given.'));
    });
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error('The connection was not made in time.')));
  });
}

async function exchange(
  url: URL,
  input: SendInput,
  headers: Record<string, string>,
  certificateFile: string | null,
): Promise<ServerAnswer> {
  const started = performance.now();
  const socket = certificateFile === null ? null : await connectTo(url, certificateFile);
  return new Promise((resolve, reject) => {
    const outgoing = plainRequest(
      {
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        path: `${url.pathname}${url.search}`,
        method: input.method,
        headers: { ...headers, host: url.host },
        signal: AbortSignal.timeout(timeoutMs),
        // An agent would make a connection of its own.
        ...(socket ? { createConnection: () => socket } : { agent: false }),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const milliseconds = performance.now() - started;
          const { statusCode: status = 0, headers: received } = incoming;
          resolve({ status, contentType: received['content-type'] ?? '', body: Buffer.concat(chunks).toString(), milliseconds });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(input.body);
  });
}

const hasKey = (headers: Record<string, string>): boolean =>
  Object.keys(headers).some((name) => ['authorization', 'x-api-key'].includes(name.toLowerCase()));

/**
 * The window's policy allows it no network, so the engine asks the server for it. Only our own server; where that asks for keys, with a token of
 * the engine's own, unless the caller tries another.
 */
export async function sendRequest(context: EngineContext, input: SendInput): Promise<ServerAnswer> {
  const { path, body } = input;
  const { url, auth } = context.server.status();
  if (!url) throw new EngineError('conflict', 'No server is running. Start serving first.');
  const full = new URL(path, url);
  if (full.origin !== new URL(url).origin)
    throw new EngineError('forbidden', `${path} is not a path of this server. Start it with one slash.`);
  const headers = {
    ...input.headers,
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    ...(auth && !hasKey(input.headers) ? { authorization: `Bearer ${await securityOf(context).ownToken()}` } : {}),
  };
  try {
    return await exchange(full, input, headers, context.server.place().certificateFile);
  } catch (error) {
    throw new EngineError('unavailable', `${full.href} did not answer. Look at the server's state, then try again.`, undefined, {
      cause: error,
    });
  }
}
