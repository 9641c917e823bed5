import type { Identity } from '#contract/api/route';
import type { Gate } from './gate.ts';
import type { RouteHandlers } from './handlers/route-handlers.ts';
import type { Tracer } from './tracing.ts';

/** A request that was answered, for counters, logs and the window. */
export interface Answered {
  requestId: string;
  /** A row's name, or a fixed word where there is none: `none`, `refused`, `shed`, `docs`, `openapi`, `root`. */
  route: string;
  method: string;
  /** Path and query, as they came. */
  target: string;
  status: number;
  durationMs: number;
  identity: Identity | null;
  source?: string | undefined;
  degraded?: string | undefined;
  /** Where a bug is that ended it. */
  bug?: string | undefined;
  /** Bodies are kept only while somebody looks. */
  sent?: string | undefined;
  answer?: string | undefined;
}

/** An open door: where it is, and how it is shut. */
export interface OpenDoor {
  url: string;
  port: number;
  /** Takes no new connections, lets requests under way end, and waits for them as long as it may. */
  close(waitMs: number): Promise<void>;
}

/** How much a door takes on; tests have smaller ones. */
export interface DoorLimits {
  /** Requests that waited so long behind others are refused with 503. */
  behindMs: number;
  /** Open connections; those above are answered 503 and closed. */
  connections: number;
  /** Of the bodies of all requests that are read or answered at one time, as they arrive; a large body for which there is no room is refused with 503. */
  bodyBytes: number;
  /** A body of which nothing comes for so long is given up. */
  bodyIdleMs: number;
  /** For all headers to arrive. */
  headersMs: number;
  /** For a whole request to arrive. */
  requestMs: number;
  /** A client that takes nothing of its answer for so long is let go. */
  writeMs: number;
  /** For an answer that is sent as it is made, from its beginning to its end. */
  answerMs: number;
  /** Of all large answers that wait for their clients; beyond these a large answer becomes a 503. */
  answerBytes: number;
  /** While stopping, connections that idle get so long for a last request, which is told to go elsewhere. */
  graceMs: number;
}

export interface DoorOptions {
  host: string;
  port: number;
  handlers: RouteHandlers;
  gate: Gate;
  /** PEM files; plain HTTP where absent. */
  tls?: { cert: string; key: string } | null;
  /** Further names by which the server is asked for, as of a certificate. */
  names?: readonly string[];
  /** Where uploads are written while they come; null: none are taken. */
  uploadFolder: string | null;
  onAnswer(answered: Answered): void;
  /** Whether somebody looks at requests with their bodies. */
  watched(): boolean;
  limits?: Partial<DoorLimits>;
  /** Absent or null: nothing is traced. */
  tracer?: Tracer | null;
}

/** Opens the HTTP door; handed in by the entry, since the door stands above this story. */
export type OpenHttpDoor = (options: DoorOptions) => Promise<OpenDoor>;
