import { reportOf } from '#contract/errors';
import type { EngineEvent } from '#contract/events';
import { type AnswerMessage, CallMessage, type EngineMessage } from '#contract/messages';

/** Node's MessagePort and Electron's MessagePortMain, which wraps what arrives in an event. */
export interface PortLike {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
}

interface Callable {
  call(name: string, input: unknown): Promise<unknown>;
}

/** Everyone who listens to the engine's events. */
export interface PortDoor {
  serve(port: PortLike): void;
  broadcast(event: EngineEvent): void;
}

function payloadOf(message: unknown): unknown {
  return message !== null && typeof message === 'object' && 'data' in message && 'ports' in message ? message.data : message;
}

/** The door of ports: every call gets exactly one answer, and every port hears every event. */
export function createPortDoor(engine: Callable): PortDoor {
  const ports = new Set<PortLike>();
  const answer = async (call: CallMessage): Promise<AnswerMessage> => {
    try {
      return { id: call.id, ok: true, value: await engine.call(call.operation, call.input) };
    } catch (error) {
      return { id: call.id, ok: false, error: reportOf(error) };
    }
  };
  const post = (port: PortLike, message: EngineMessage): void => {
    if (ports.has(port)) port.postMessage(message);
  };
  return {
    serve(port) {
      ports.add(port);
      port.on('close', () => ports.delete(port));
      port.on('message', (message) => {
        const call = CallMessage.safeParse(payloadOf(message));
        // Without an id there is nobody to answer.
        if (call.success) void answer(call.data).then((reply) => post(port, reply));
      });
      port.start();
    },
    broadcast(event) {
      for (const port of ports) post(port, { event });
    },
  };
}
