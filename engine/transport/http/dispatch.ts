import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity, Route } from '#contract/api/route';
import { openApiDocument } from '#contract/open-api';
import { type RouteName, routes } from '#contract/routes';
import type { Answered, DoorLimits, DoorOptions } from '../../serving/door.ts';
import { type AnswerFacts, JsonParts, JsonText } from '../../serving/handlers/handler.ts';
import { noStages, type RequestTrace } from '../../serving/tracing.ts';
import { type BodyShare, createBodyBudget } from './body-budget.ts';
import { BodyRefused } from './body-refused.ts';
import { docsReply } from './docs.ts';
import { clientClosed, placeOfBug, problemOf, problemReply } from './problem.ts';
import { type InputReader, idempotencyKeyOf, inputReader } from './read-request.ts';
import { isWhole, type PartsReply, type Reply } from './reply.ts';
import { createPathRouter } from './router.ts';
import type { Sender } from './send.ts';
import type { Told } from './unreadable.ts';

/** What becomes known of a request while it is answered. */
interface UnderWay {
  requestId: string;
  route: string;
  identity: Identity | null;
  facts: AnswerFacts;
  trace: RequestTrace | null;
  bug?: string | undefined;
  sent?: string;
  secret: boolean;
  share: BodyShare;
  arrivedMs: number;
}

interface Query {
  request: IncomingMessage;
  params: Record<string, string>;
  queries: URLSearchParams;
}

/** What stands at a path: a row of the table, or a page of the documentation. */
interface Target {
  name: string;
  answer(query: Query, state: UnderWay): Promise<Reply> | Reply;
}

const json = 'application/json';
const givenId = /^[\w.-]{1,64}$/;

/** An id for logs: the client's own where it sent one that can be printed. */
function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && givenId.test(given) ? given : randomUUID();
}

function replyOf(answer: unknown, { success, contentType }: Route): Reply {
  if (answer instanceof JsonParts) {
    const type = answer.lines ? 'application/x-ndjson' : json;
    return { status: success, headers: { 'content-type': type }, body: answer.parts };
  }
  const body = answer instanceof JsonText ? answer.text : contentType ? String(answer) : JSON.stringify(answer);
  return { status: success, headers: { 'content-type': contentType ?? json }, body };
}

/** Reads a request by its row, asks whether it may, calls the handler. */
function rowTarget(name: RouteName, route: Route, { handlers, gate, uploadFolder }: DoorOptions, idleMs: number): Target {
  const handle = handlers[name] as (input: unknown) => unknown;
  const read: InputReader = inputReader(route, uploadFolder, idleMs);
  return {
    name,
    async answer({ request, params, queries }, state) {
      const identity = gate.identify(request, route);
      state.identity = identity;
      state.secret = route.secret !== undefined;
      gate.admit(identity, route);
      const input = read(request, params, queries, state.share);
      const { params: path, query, body } = input instanceof Promise ? await input : input;
      const { headers } = request;
      const caller = {
        requestId: state.requestId,
        identity,
        address: request.socket.remoteAddress ?? '',
        arrivedMs: state.arrivedMs,
        wantsLines: route.lines === true && (headers.accept ?? '').includes('application/x-ndjson'),
        fresh: headers['cache-control'] === 'no-cache',
        idempotencyKey: route.body ? idempotencyKeyOf(request) : undefined,
        stages: state.trace?.stages ?? noStages,
      };
      if (body !== undefined && !route.secret) state.sent = body as string;
      const answer = handle({ params: path, query, body, caller, facts: state.facts });
      return replyOf(answer instanceof Promise ? await answer : answer, route);
    },
  };
}

const nothing = (): Reply => problemReply(404, 'not_found', 'There is nothing at this path. /docs lists the routes.');

const failed = (error: unknown): Reply => (error instanceof BodyRefused ? error.reply() : problemOf(error));

/** The documentation, open for everyone whom the guard lets in: it says what this server can do, and nothing of what it holds. */
function documentation(): [path: string, target: Target][] {
  const document = JSON.stringify(openApiDocument());
  return [
    ['/openapi.json', { name: 'openapi', answer: () => ({ status: 200, headers: { 'content-type': json }, body: document }) }],
    // For people who open the address that the server told them; no route of the API.
    ['/', { name: 'root', answer: () => ({ status: 302, headers: { location: '/docs' }, body: '' }) }],
    ['/docs', { name: 'docs', answer: async () => (await docsReply('')) ?? nothing() }],
    ['/docs/{file}', { name: 'docs', answer: async ({ params }) => (await docsReply(params.file ?? '')) ?? nothing() }],
  ];
}

/** The served API: the rows of the table, the documentation, 405 and 404. Where a request comes from was looked at before. */
export function createDispatch(
  options: DoorOptions,
  limits: DoorLimits,
  sender: Sender,
  told: Told,
): (request: IncomingMessage, response: ServerResponse, arrivedMs: number) => void {
  const router = createPathRouter<Target>();
  const bodies = createBodyBudget(limits.bodyBytes);
  for (const [name, route] of Object.entries<Route>(routes)) {
    router.add(route.method, route.path, rowTarget(name as RouteName, route, options, limits.bodyIdleMs));
  }
  for (const [path, target] of documentation()) router.add('GET', path, target);

  const answer = async (request: IncomingMessage, state: UnderWay): Promise<Reply> => {
    // Dots in a path lead no higher than the root. The guard let in only what begins with one slash.
    const { pathname, searchParams } = new URL(`http://server${request.url}`);
    const found = router.find(request.method ?? 'GET', pathname);
    if (found) {
      state.route = found.target.name;
      return found.target.answer({ request, params: found.params, queries: searchParams }, state);
    }
    const allowed = router.methodsAt(pathname);
    if (allowed.length === 0) return nothing();
    return problemReply(405, 'invalid_input', `${request.method} is not possible here; ${allowed.join(', ')} is.`, {
      allow: allowed.join(', '),
    });
  };

  const tell = (request: IncomingMessage, state: UnderWay, status: number, text: string | undefined): void => {
    const { requestId, route, identity, facts } = state;
    const answered: Answered = {
      requestId,
      route,
      method: request.method ?? '',
      target: request.url ?? '',
      status,
      durationMs: performance.now() - state.arrivedMs,
      identity,
      bug: state.bug,
      ...facts,
    };
    if (options.watched()) {
      if (state.sent !== undefined) answered.sent = JSON.stringify(state.sent);
      if (!state.secret && text !== undefined) answered.answer = text;
    }
    state.trace?.end(answered);
    options.onAnswer(answered);
  };

  /** What a client heard whose body did not come to its end, if anything. */
  const heardStatus = (request: IncomingMessage, response: ServerResponse, { status }: Reply): number =>
    request.complete || !response.destroyed ? status : (told.get(request.socket) ?? clientClosed);

  return (request, response, arrivedMs) => {
    const trace = options.tracer?.begin(request.headers, arrivedMs) ?? null;
    const state: UnderWay = {
      requestId: requestIdOf(request),
      route: 'none',
      identity: null,
      facts: {},
      trace,
      secret: false,
      share: bodies.open(),
      arrivedMs,
    };
    /** Told when it is over, since it takes time to be made. */
    const sendParts = async (reply: PartsReply): Promise<void> => {
      let status: number = reply.status;
      let text = '';
      try {
        const { whole, head } = await sender.parts(response, reply);
        if (!whole) status = clientClosed;
        text = head;
      } catch (error) {
        state.bug = placeOfBug(error);
        status = problemOf(error).status;
      }
      tell(request, state, status, text);
      state.share.release();
    };
    const finish = (reply: Reply): void => {
      if (!isWhole(reply)) {
        void sendParts(reply);
        return;
      }
      tell(request, state, heardStatus(request, response, reply), typeof reply.body === 'string' ? reply.body : undefined);
      sender.whole(response, reply);
      state.share.release();
    };
    answer(request, state).then(finish, (error: unknown) => {
      if (!(error instanceof BodyRefused)) state.bug = placeOfBug(error);
      finish(failed(error));
    });
  };
}
