/** The way back to whoever started this process, whichever of the two hosts it was. */
export interface ParentChannel {
  post(message: unknown): void;
  /** Resolves once what was posted has left this process: a child that ends sooner would take its last words with it. */
  flush(): Promise<void>;
  onMessage(listener: (message: unknown) => void): void;
  /** The parent is gone: a child has no work without it. */
  onClose(listener: () => void): void;
}

interface PortLike {
  on(event: 'message', listener: (event: { data: unknown; ports: PortLike[] }) => void): void;
  on(event: 'close', listener: () => void): void;
  once(event: 'message', listener: (event: { data: unknown; ports: PortLike[] }) => void): void;
  postMessage(message: unknown): void;
  start(): void;
}

const portFlushMs = 200;

/** In the app, the first message from the main process carries a port to the engine; on the command line, the IPC channel is it. */
export function openParentChannel(): Promise<ParentChannel> {
  const parentPort = (process as unknown as { parentPort?: PortLike }).parentPort;
  if (parentPort) {
    return new Promise((resolve) => {
      parentPort.once('message', (event) => {
        const port = event.ports[0];
        if (!port) return;
        resolve({
          post: (message) => port.postMessage(message),
          // A port does not say when a message has left; handing it over takes a moment.
          flush: () => new Promise((done) => setTimeout(done, portFlushMs)),
          onMessage: (listener) => {
            port.on('message', ({ data }) => listener(data));
            port.start();
          },
          onClose: (listener) => port.on('close', listener),
        });
      });
    });
  }
  let leaving: Promise<void> = Promise.resolve();
  return Promise.resolve({
    post: (message) => {
      if (!process.connected) return;
      const left = new Promise<void>((done) => process.send?.(message, undefined, undefined, () => done()));
      leaving = Promise.all([leaving, left]).then(() => undefined);
    },
    flush: () => leaving,
    onMessage: (listener) => {
      process.on('message', listener);
    },
    onClose: (listener) => {
      process.on('disconnect', listener);
    },
  });
}
