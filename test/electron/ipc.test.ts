import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type Channel, channelNames } from '../../electron/channel-names.ts';
import { type IpcEvent, type IpcHandlers, receiveIpc } from '../../electron/ipc.ts';

const page = { parent: null, url: 'app://recsmith/index.html' };

function connect() {
  const listeners = new Map<string, (event: IpcEvent, ...payload: unknown[]) => unknown>();
  const handler = vi.fn((_payload: unknown) => 'answer');
  const handlers = Object.fromEntries(channelNames.map((name) => [name, handler])) as unknown as IpcHandlers;
  receiveIpc({ handle: (channel, listener) => listeners.set(channel, listener) }, handlers);
  const ask = (channel: Channel, frame: unknown, ...payload: unknown[]): Promise<unknown> =>
    Promise.resolve(listeners.get(channel)?.({ sender: {}, senderFrame: frame } as unknown as IpcEvent, ...payload));
  return { ask, handler };
}

test('the window is heard, and gets the answer', async () => {
  const { ask, handler } = connect();
  expect(await ask('theme.set', page, 'dark')).toBe('answer');
  expect(handler.mock.calls[0]?.[0]).toBe('dark');
});

test.each([
  ['a frame inside the page', { parent: page, url: 'app://recsmith/index.html' }],
  ['a data page', { parent: null, url: 'data:text/html,x' }],
  ['a web page', { parent: null, url: 'https://example.com/' }],
  ['a host that only begins like ours', { parent: null, url: 'app://recsmith.example/' }],
  ['a frame that is gone', null],
])('%s is refused', async (_who, frame) => {
  const { ask, handler } = connect();
  await expect(ask('clipboard.copy', frame, 'text')).rejects.toThrow("not Recsmith's window");
  expect(handler).not.toHaveBeenCalled();
});

test.each<[Channel, unknown[]]>([
  ['theme.set', ['sepia']],
  ['theme.set', []],
  ['dialog.choose', [{ kind: 'data' }]],
  ['folder.show', ['']],
  ['folder.show', ['a'.repeat(5000)]],
  ['clipboard.copy', [12]],
  ['engine.connect', ['x']],
  ['theme.set', ['dark', 'more']],
])('%s does not take %j', async (channel, payload) => {
  const { ask, handler } = connect();
  await expect(ask(channel, page, ...payload)).rejects.toThrow('does not take');
  expect(handler).not.toHaveBeenCalled();
});

test('whatever a page sends, it is either handled or refused in words', async () => {
  const { ask } = connect();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...channelNames), fc.array(fc.anything(), { maxLength: 3 }), async (channel, payload) => {
      const answer = await ask(channel, page, ...payload).catch((error: unknown) => (error as Error).message);
      expect(answer).toMatch(/^answer$|does not take/);
    }),
  );
});
