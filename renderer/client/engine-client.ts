import { EngineError, errorFrom } from '#contract/errors';
import type { EngineMessage } from '#contract/messages';
import type { InputOf, OperationName, OutputOf } from '#contract/operations';
import type { EventBatch } from './event-batch.ts';

/** The part of a MessagePort that is needed: the window's own, or Node's in tests. */
export interface EnginePort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  start(): void;
  close(): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: EngineError): void;
}

const goneText = 'The engine stopped before it answered. It is started again; try once more when it runs.';

/** Calls to the engine through the newest port. Every call settles: with its answer, or in words when the engine dies. */
export class EngineClient {
  #port: EnginePort | undefined;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();
  readonly #events: EventBatch;

  constructor(events: EventBatch) {
    this.#events = events;
  }

  /** A new engine came up: what the old one left open is rejected, calls go to the new one. */
  connect(port: EnginePort): void {
    this.disconnect();
    this.#port = port;
    port.addEventListener('message', (event) => {
      if (this.#port === port) this.#receive(event.data as EngineMessage);
    });
    port.start();
  }

  /** The engine is gone. */
  disconnect(): void {
    this.#port?.close();
    this.#port = undefined;
    const open = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of open) call.reject(new EngineError('process_died', goneText));
  }

  call<N extends OperationName>(operation: N, input: InputOf<N>): Promise<OutputOf<N>> {
    const port = this.#port;
    if (!port) {
      return Promise.reject(
        new EngineError('unavailable', 'The engine is not running yet. Try again when the status bar says that it is.'),
      );
    }
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      port.postMessage({ id, operation, input });
    });
  }

  #receive(message: EngineMessage): void {
    if ('event' in message) {
      this.#events.push(message.event);
      return;
    }
    this.#events.flush();
    const call = this.#pending.get(message.id);
    if (!call) return;
    this.#pending.delete(message.id);
    if (message.ok) call.resolve(message.value);
    else call.reject(errorFrom(message.error));
  }
}
