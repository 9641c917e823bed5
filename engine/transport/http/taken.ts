import type { ServerResponse } from 'node:http';

/**
 * Waits until the client has taken what was written (`drain`, or `finish` after the end). False where it has gone, or took nothing for so long: then
 * it is let go.
 */
export function taken(response: ServerResponse, event: 'drain' | 'finish', writeMs: number): Promise<boolean> {
  const { socket } = response.req;
  return new Promise((resolve) => {
    const settle = (open: boolean): void => {
      clearTimeout(timer);
      response.off(event, onTaken);
      response.off('close', onClose);
      response.off('socket', onSocket);
      resolve(open);
    };
    const onTaken = (): void => settle(true);
    const onClose = (): void => settle(false);
    const onSocket = (): void => void timer.refresh();
    const timer = setTimeout(() => {
      // Requests that come one behind the other are answered so: this one has not had its turn, which is no fault of the client.
      if (response.socket === null && !socket.destroyed) {
        timer.refresh();
        return;
      }
      socket.destroy();
      settle(false);
    }, writeMs);
    response.once(event, onTaken);
    response.once('close', onClose);
    response.once('socket', onSocket);
  });
}
