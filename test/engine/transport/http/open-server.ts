import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AdminCall } from '#contract/child-messages';
import { writeBundle } from '../../../../engine/bundles/write-bundle.ts';
import { openServerAuth, type ServerAuth } from '../../../../engine/serving/auth/server-auth.ts';
import type { Answered, DoorOptions } from '../../../../engine/serving/door.ts';
import type { ExperimentNews } from '../../../../engine/serving/experiments/experiments.ts';
import { createRouteHandlers } from '../../../../engine/serving/handlers/route-handlers.ts';
import { openService, type Service } from '../../../../engine/serving/service.ts';
import { openHttpDoor } from '../../../../engine/transport/http/door.ts';
import { type SampleOptions, sampleContents } from '../../bundles/sample-contents.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came.
  json: any;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer | Iterable<string | Buffer>;
}

export interface TestServer {
  folder: string;
  url: string;
  port: number;
  service: Service;
  auth: ServerAuth;
  /** What was told of each answered request. */
  answered: Answered[];
  /** What happened to experiments. */
  news: ExperimentNews[];
  /** A request as it is written, headers untouched. */
  ask(target: string, options?: Ask): Promise<Answer>;
  /** With a JSON body. */
  post(target: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Packs another bundle. */
  pack(options: SampleOptions): Promise<string>;
  /** @param keep what is in the folder, for another server */
  close(keep?: boolean): Promise<void>;
}

/** The real service behind the real door, on a free port, in this process. */
export async function openTestServer(
  options: SampleOptions & { callEngine?: (call: AdminCall) => Promise<unknown>; noLog?: boolean } & Pick<
      Partial<DoorOptions>,
      'tls' | 'limits' | 'names' | 'host'
    > & { keys?: boolean; at?: string } = {},
): Promise<TestServer> {
  const folder = options.at ?? (await mkdtemp(path.join(tmpdir(), 'server-')));
  const pack = async (packed: SampleOptions): Promise<string> => {
    const bundle = path.join(folder, `bundle-${packed.version ?? 'v1'}`);
    if (!existsSync(bundle)) await writeBundle(bundle, sampleContents(packed));
    return bundle;
  };
  const news: ExperimentNews[] = [];
  const service = await openService({
    bundlePath: await pack(options),
    eventLogFolder: options.noLog ? null : path.join(folder, 'events'),
    experimentsFolder: options.noLog ? null : path.join(folder, 'experiments'),
    onStored: () => undefined,
    onExperiment: (one) => news.push(one),
  });
  const { host = '127.0.0.1', keys = false, tls = null, limits = {}, names = [] } = options;
  const auth = await openServerAuth({
    securityFolder: path.join(folder, 'security'),
    auth: keys,
    host,
    onRefused: (reason) => service.metrics.countRefusal(reason),
  });
  const handlers = createRouteHandlers({
    service,
    version: '0.0.0-test',
    auth,
    callEngine: options.callEngine ?? null,
    folders: [folder],
  });
  const answered: Answered[] = [];
  const door = await openHttpDoor({
    host,
    port: 0,
    handlers,
    gate: auth.gate,
    tls,
    limits,
    names,
    uploadFolder: null,
    watched: () => true,
    onAnswer(one) {
      const { route, status, durationMs } = one;
      answered.push(one);
      service.statistics.record(durationMs, status);
      service.metrics.observeRequest(route, status, durationMs, one);
    },
  });
  const ask: TestServer['ask'] = (target, { method = 'GET', headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: door.port, path: target, method, headers, agent: false }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = /[/+]json/.test(incoming.headers['content-type'] ?? '') && text !== '';
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: isJson ? JSON.parse(text) : undefined });
        });
        incoming.on('error', reject);
      });
      outgoing.on('error', reject);
      if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) outgoing.end(body);
      else {
        for (const part of body) outgoing.write(part);
        outgoing.end();
      }
    });
  return {
    folder,
    url: door.url,
    port: door.port,
    service,
    auth,
    answered,
    news,
    ask,
    post: (target, body, headers = {}) =>
      ask(target, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }),
    pack,
    async close(keep = false) {
      await door.close(1000);
      await service.close();
      await auth.close();
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
}
