import type { WebContents } from 'electron';
import { appOrigin } from './app-path.ts';
import { type Channel, channelNames } from './channel-names.ts';
import { channels, type Payload } from './channels.ts';

/** What this file needs of Electron's ipcMain and its events, so that tests can send what no preload script would. */
export interface IpcReceiver {
  handle(channel: string, listener: (event: IpcEvent, ...payload: unknown[]) => unknown): void;
}
export interface IpcEvent {
  sender: WebContents;
  senderFrame: { parent: unknown; url: string } | null;
}

/** One handler a channel: a forgotten one does not compile. */
export type IpcHandlers = { [C in Channel]: (payload: Payload<C>, sender: WebContents) => unknown };

/** The one way in from a window: only the top frame of our own page is heard, and only with a payload of the right shape. */
export function receiveIpc(ipc: IpcReceiver, handlers: IpcHandlers): void {
  for (const channel of channelNames) receiveChannel(ipc, channel, handlers[channel]);
}

function receiveChannel<C extends Channel>(ipc: IpcReceiver, channel: C, handler: IpcHandlers[C]): void {
  ipc.handle(channel, async (event, ...payload) => {
    if (!isOwnPage(event.senderFrame)) throw new Error(`${channel} was asked by a page that is not Recsmith's window.`);
    const parsed = channels[channel].safeParse(payload[0]);
    if (!parsed.success || payload.length > 1) throw new Error(`${channel} was asked in a way that it does not take.`);
    return await handler(parsed.data as Payload<C>, event.sender);
  });
}

function isOwnPage(frame: IpcEvent['senderFrame']): boolean {
  return frame !== null && frame.parent === null && frame.url.startsWith(`${appOrigin}/`);
}
