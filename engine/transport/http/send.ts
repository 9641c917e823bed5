import type { ServerResponse } from 'node:http';
import type { DoorLimits } from '../../serving/door.ts';
import { problemReply } from './problem.ts';
import { commonHeaders, type PartsReply, type WholeReply } from './reply.ts';
import { taken } from './taken.ts';
import { nextTurn } from './turns.ts';

/** How an answer in parts went out. */
export interface Sent {
  /** The client took all of it. */
  whole: boolean;
  /** How it began, for whoever looks at requests. */
  head: string;
}

/** Writes answers at the pace of their clients; who takes nothing is let go. */
export interface Sender {
  whole(response: ServerResponse, reply: WholeReply): void;
  /** Makes each part when there is room for it, and none for who has gone. Throws what making them throws; then the connection is broken. */
  parts(response: ServerResponse, reply: PartsReply): Promise<Sent>;
}

/** What is handed to a socket at one time. */
const blockLength = 65_536;
/** Parts are made for so long, then others are answered. */
const stretchMs = 8;

function* blocksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += blockLength) yield bytes.subarray(from, from + blockLength);
}

const tooMuch = problemReply(503, 'unavailable', 'Many large answers wait for their clients already. Send it again in a second.', {
  'retry-after': '1',
}) as WholeReply;

export function createSender({ writeMs, answerMs, answerBytes }: Pick<DoorLimits, 'writeMs' | 'answerMs' | 'answerBytes'>): Sender {
  /** Of large bodies that are not taken yet. */
  let held = 0;

  const sendBlocks = async (response: ServerResponse, bytes: Uint8Array): Promise<void> => {
    held += bytes.length;
    for (const block of blocksOf(bytes)) {
      if (response.destroyed || !(response.write(block) || (await taken(response, 'drain', writeMs)))) break;
    }
    held -= bytes.length;
    response.end();
    if (response.writableLength > 0) await taken(response, 'finish', writeMs);
  };

  const sendWhole = (response: ServerResponse, { status, headers, body }: WholeReply): void => {
    const length = Buffer.byteLength(body);
    response.writeHead(status, { ...commonHeaders, ...headers, 'content-length': length });
    if (length > blockLength) {
      void sendBlocks(response, Buffer.from(body));
      return;
    }
    response.end(body);
    // Most bodies are in the system's hands by now.
    if (response.writableLength > 0) void taken(response, 'finish', writeMs);
  };

  const sendParts = async (response: ServerResponse, parts: Iterable<string>, sent: Sent): Promise<void> => {
    let block = '';
    await nextTurn();
    let since = performance.now();
    for (const part of parts) {
      block += part;
      const full = block.length >= blockLength;
      if (!full && performance.now() - since < stretchMs) continue;
      if (response.destroyed) return;
      if (full) {
        sent.head ||= block;
        const room = response.write(block);
        block = '';
        if (!room && !(await taken(response, 'drain', writeMs))) return;
      }
      // Others are answered meanwhile, whether or not the client reads as fast as parts are made.
      await nextTurn();
      since = performance.now();
    }
    if (response.destroyed) return;
    sent.head ||= block;
    response.end(block);
    sent.whole = response.writableLength === 0 || (await taken(response, 'finish', writeMs));
  };

  return {
    whole(response, reply) {
      if (response.destroyed) return;
      const crowded = held > 0 && reply.body.length > blockLength && held + reply.body.length > answerBytes;
      sendWhole(response, crowded ? tooMuch : reply);
    },
    async parts(response, { status, headers, body }) {
      const sent: Sent = { whole: false, head: '' };
      if (response.destroyed) return sent;
      response.writeHead(status, { ...commonHeaders, ...headers });
      // Who takes a little now and then would keep what the answer is made of, such as a bundle that is no longer served.
      const late = setTimeout(() => response.req.socket.destroy(), answerMs);
      try {
        await sendParts(response, body, sent);
      } catch (error) {
        // What breaks in the middle can be told only by breaking the connection.
        response.req.socket.destroy();
        throw error;
      } finally {
        clearTimeout(late);
      }
      return sent;
    },
  };
}
