import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openServerAuth } from '../../../engine/serving/auth/server-auth.ts';
import { createRouteHandlers, type RouteHandlers } from '../../../engine/serving/handlers/route-handlers.ts';
import { openGate } from '../../../engine/serving/open-gate.ts';
import { createOtelTracer } from '../../../engine/serving/otel-tracer.ts';
import type { Tracer } from '../../../engine/serving/tracing.ts';
import { openHttpDoor } from '../../../engine/transport/http/door.ts';
import { openTestServer, type TestServer } from '../transport/http/open-server.ts';

interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code?: number };
}

/** What the collector was sent, as OTLP in JSON. */
let bodies: { path: string; type: string | undefined; text: string }[] = [];
let bugs: string[] = [];
let collector: Server;
let server: TestServer;

beforeAll(async () => {
  collector = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      bodies.push({ path: request.url ?? '', type: request.headers['content-type'], text });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  server = await openTestServer();
});
beforeEach(() => {
  bodies = [];
  bugs = [];
});
afterAll(async () => {
  await server.close();
  await new Promise((resolve) => collector.close(resolve));
});

const spansSent = (): SentSpan[] =>
  bodies.flatMap(({ text }) =>
    JSON.parse(text).resourceSpans.flatMap((resource: { scopeSpans: { spans: SentSpan[] }[] }) =>
      resource.scopeSpans.flatMap(({ spans }) => spans),
    ),
  );
const attributesOf = ({ attributes }: SentSpan): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
const nanosOf = ({ startTimeUnixNano, endTimeUnixNano }: SentSpan): [bigint, bigint] => [
  BigInt(startTimeUnixNano),
  BigInt(endTimeUnixNano),
];

/** The real door, with handlers that name their stages. */
async function traced(targets: [target: string, headers: Record<string, string>][]): Promise<void> {
  const tracer = createOtelTracer('1.2.3');
  const handlers: RouteHandlers = {
    ...createRouteHandlers({
      service: server.service,
      version: '0',
      callEngine: null,
      auth: await openServerAuth({ securityFolder: null, auth: false, host: '127.0.0.1' }),
    }),
    recommend({ params, caller, facts }) {
      const { stages } = caller;
      if (!stages) throw new Error('no stages');
      facts.source = 'ranker';
      const candidates = stages.span('candidates', () => [1, 2, 3]);
      if (params.user_id === 'broken') stages.span('rank', () => void JSON.parse('{secret-user'));
      stages.span('rules', () => stages.span('filter', () => candidates.length));
      throw new Error('secret-user is not found');
    },
  };
  const door = await openHttpDoor({
    host: '127.0.0.1',
    port: 0,
    handlers,
    gate: openGate,
    uploadFolder: null,
    watched: () => false,
    onAnswer: (answered) => {
      if (answered.bug) bugs.push(answered.bug);
    },
    tracer: tracer satisfies Tracer,
  });
  for (const [target, headers] of targets) await fetch(`${door.url}${target}`, { headers }).then((answer) => answer.text());
  await door.close(500);
  await tracer.close();
}

const [caller, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];

test('a request continues the trace of its caller, and its stages lie within it', async () => {
  await traced([
    ['/recommend/secret-user?filter=secret', { traceparent: `00-${caller}-${parent}-01`, 'x-request-id': 'r-1' }],
    ['/similar/i3?k=2', {}],
  ]);
  expect(bodies[0]).toMatchObject({ path: '/v1/traces', type: 'application/json' });
  const spans = spansSent();
  const request = spans.find(({ name }) => name === 'GET recommend') as SentSpan;
  expect(request).toMatchObject({ traceId: caller, parentSpanId: parent, kind: 2, status: { code: 2 } });
  expect(attributesOf(request)).toEqual({
    'http.request.method': 'GET',
    'http.response.status_code': 500,
    'recsmith.route': 'recommend',
    'recsmith.request_id': 'r-1',
    'recsmith.source': 'ranker',
  });
  const stages = spans.filter(({ parentSpanId }) => parentSpanId === request.spanId);
  expect(stages.map(({ name }) => name).sort()).toEqual(['candidates', 'filter', 'rules']);
  const [from, to] = nanosOf(request);
  for (const stage of stages) {
    expect(stage.traceId).toBe(caller);
    const [began, ended] = nanosOf(stage);
    expect(began >= from && ended >= began && ended <= to, stage.name).toBe(true);
  }
  const other = spans.find(({ name }) => name === 'GET similar') as SentSpan;
  expect(other.parentSpanId ?? '').toBe('');
  expect(other.traceId).not.toBe(caller);
  expect(attributesOf(other)).toMatchObject({ 'http.response.status_code': 200 });
  expect(JSON.parse(bodies[0]?.text ?? '').resourceSpans[0].resource.attributes).toEqual(
    expect.arrayContaining([{ key: 'service.name', value: { stringValue: 'recsmith' } }]),
  );
});

test('a stage that throws is marked, and nothing of what was asked for is in a trace', async () => {
  await traced([
    ['/recommend/broken', {}],
    ['/recommend/secret-user', {}],
    ['/secret-path', {}],
  ]);
  expect(spansSent().find(({ name }) => name === 'rank')?.status.code).toBe(2);
  expect(bugs).toEqual([
    expect.stringMatching(/^SyntaxError at JSON\.parse .*tracing\.test\.ts/),
    expect.stringMatching(/^Error at .*tracing\.test\.ts/),
  ]);
  expect(JSON.stringify([bodies, bugs])).not.toContain('secret');
});

test('a header that is no trace context begins a trace of its own, and one that was not sampled is not sent', async () => {
  await traced([
    ['/health', { traceparent: 'nonsense' }],
    ['/ready', { traceparent: `00-${caller}-${parent}-00` }],
  ]);
  expect(spansSent().map(({ name, traceId, parentSpanId }) => [name, traceId.length, parentSpanId ?? ''])).toEqual([
    ['GET health', 32, ''],
  ]);
});

test('a collector that is not there keeps nobody from stopping', async () => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: real } = process.env;
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:9';
  const tracer = createOtelTracer('1.2.3');
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = real;
  tracer.begin({}, performance.now()).end({ requestId: 'r', route: 'health', method: 'GET', status: 200 });
  const began = performance.now();
  await tracer.close();
  expect(performance.now() - began).toBeLessThan(3000);
});
