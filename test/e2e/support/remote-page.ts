import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** The page of a packaged app. Playwright cannot attach to one: its fuses refuse Node's inspector, and that is wanted. */
export interface RemotePage {
  /** The value of an expression in the page; promises are awaited. */
  evaluate(expression: string): Promise<unknown>;
}

interface Reply {
  id?: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/**
 * Speaks Chromium's protocol over the two extra pipes of `--remote-debugging-pipe`.
 * @param child started with `stdio: [_, _, _, 'pipe', 'pipe']`
 */
export async function openRemotePage(child: ChildProcess): Promise<RemotePage> {
  const input = child.stdio[3] as Writable;
  const output = child.stdio[4] as Readable;
  const waiting = new Map<number, (reply: Reply) => void>();
  let buffer = '';
  let lastId = 0;
  output.on('data', (chunk: Buffer) => {
    const parts = (buffer + String(chunk)).split('\0');
    buffer = parts.pop() ?? '';
    for (const part of parts) {
      const reply = JSON.parse(part) as Reply;
      if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
    }
  });

  async function send(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    lastId += 1;
    const id = lastId;
    const reply = await new Promise<Reply>((resolve) => {
      waiting.set(id, resolve);
      input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
    if (reply.error) throw new Error(`${method}: ${reply.error.message}`);
    return reply.result ?? {};
  }

  async function findPage(): Promise<string> {
    for (;;) {
      const { targetInfos } = (await send('Target.getTargets', {})) as { targetInfos: { type: string; targetId: string }[] };
      const page = targetInfos.find(({ type }) => type === 'page');
      if (page) return page.targetId;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  const { sessionId } = await send('Target.attachToTarget', { targetId: await findPage(), flatten: true });
  const evaluate = async (expression: string): Promise<unknown> => {
    try {
      const { result } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId as string);
      return (result as { value?: unknown }).value;
    } catch (error) {
      // The page is just loading: the next try finds it.
      if (!/execution context/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return evaluate(expression);
    }
  };
  return { evaluate };
}
