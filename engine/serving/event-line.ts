import { LoggedEvent } from '#contract/api/event-routes';

/**
 * On the last line that a request with an Idempotency-Key stored, or on a line of its own where it stored none: what a repeat of it is compared with and
 * answered.
 */
export interface StoredRequest {
  key: string;
  /** Of what the client sent, in hexadecimal. */
  digest: string;
  accepted: number;
}

/** An event as text. What is before `contentEnd` came from the client. */
export interface EventText {
  text: string;
  contentEnd: number;
}

const timeMark = ',"timestampMs":';
const serverMark = ',"timed_by":"server"';
const receivedMark = ',"receivedMs":';
const requestMark = ',"request":';
const idMark = '{"event_id":"';
const userMark = '","user_id":"';

/** The event as it is written, without the end of its line. The time stands last, so that a comparison can leave it out. */
export function eventText(event: LoggedEvent, timedByServer: boolean): EventText {
  const { event_id, user_id, item_id, event_type, value, session_id, context } = event;
  const content = JSON.stringify({ event_id, user_id, item_id, event_type, value, session_id, context }).slice(0, -1);
  const timed = `${content}${timeMark}${event.timestampMs}`;
  return timedByServer ? { text: `${timed}${serverMark}`, contentEnd: content.length } : { text: timed, contentEnd: timed.length };
}

/** The whole line. */
export const lineOf = ({ text }: EventText, receivedMs: number, request?: StoredRequest): string =>
  `${text}${receivedMark}${receivedMs}${request === undefined ? '' : `${requestMark}${JSON.stringify(request)}`}}\n`;

const bareRequestMark = '{"request":';

/** The whole line of a request whose events were all known: no event, but the key counts as used. */
export const requestLine = (request: StoredRequest): string => `${bareRequestMark}${JSON.stringify(request)}}\n`;

/** The request of such a line; null where it is another one. */
export const requestOf = (text: string, from: number, to: number): StoredRequest | null =>
  text.startsWith(bareRequestMark, from) ? (JSON.parse(text.slice(from + bareRequestMark.length, to - 1)) as StoredRequest) : null;

/** What is needed of a line to know its event again, found without parsing it. */
export interface LineSketch {
  eventId: string;
  /** Where what the client sent ends in the text; null for a line of an older version, which does not say. */
  contentEnd: number | null;
  /** null for a line of an older version. */
  receivedMs: number | null;
  request: StoredRequest | null;
}

/** Where the number ends that begins at `from`. */
function numberEnd(text: string, from: number, to: number): number {
  let end = from;
  while (end < to && '-.0123456789eE+'.includes(text[end] as string)) end += 1;
  return end;
}

/** Looks at the line that is `text` from `from` to before `to`; null where it is no event. Marks with bare quotes cannot stand within a value. */
export function sketchLine(text: string, from: number, to: number): LineSketch | null {
  if (!text.startsWith(idMark, from)) return null;
  const idEnd = text.indexOf(userMark, from);
  const timeAt = text.lastIndexOf(timeMark, to);
  if (idEnd < 0 || idEnd > to || timeAt < from) return null;
  const id = text.slice(from + idMark.length, idEnd);
  const eventId = id.includes('\\') ? (JSON.parse(`"${id}"`) as string) : id;
  const end = numberEnd(text, timeAt + timeMark.length, to);
  const byServer = text.startsWith(serverMark, end);
  const afterTime = byServer ? end + serverMark.length : end;
  const receivedAt = text.startsWith(receivedMark, afterTime) ? afterTime + receivedMark.length : -1;
  const rest = receivedAt < 0 ? afterTime : numberEnd(text, receivedAt, to);
  const receivedMs = receivedAt < 0 ? null : Number(text.slice(receivedAt, rest));
  const requestAt = text.startsWith(requestMark, rest) ? rest + requestMark.length : -1;
  if (requestAt < 0 && text[rest] !== '}') return { eventId, contentEnd: null, receivedMs, request: null };
  const request = requestAt < 0 ? null : (JSON.parse(text.slice(requestAt, to - 1)) as StoredRequest);
  return { eventId, contentEnd: byServer ? timeAt : end, receivedMs, request };
}

/** The event of a line; null where it is none. */
export function parseLine(line: string): LoggedEvent | null {
  try {
    const parsed = LoggedEvent.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
