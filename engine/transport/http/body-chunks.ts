import type { IncomingMessage } from 'node:http';
import { BodyRefused } from './body-refused.ts';

/** What comes next. Throws BodyRefused (408) where nothing comes for so long. */
async function inTime<T>(next: Promise<T>, idleMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    const words = `Nothing of the body came for ${idleMs / 1000} s. Send it without such pauses.`;
    timer = setTimeout(() => reject(new BodyRefused(408, 'timeout', words)), idleMs);
  });
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** A body as it comes. Throws BodyRefused for one that pauses too long, and what the stream fails with where the client goes. */
export async function* bodyChunks(request: IncomingMessage, idleMs: number): AsyncGenerator<Buffer> {
  // Whoever stops reading early can still answer.
  const chunks: AsyncIterator<Buffer> = request.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const next = await inTime(chunks.next(), idleMs);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Of a silent client it would wait for the next chunk.
    void chunks.return?.();
  }
}
