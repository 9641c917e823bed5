import type { Identity } from '#contract/api/route';
import type { Gate } from './gate.ts';
import type { RouteHandlers } from './handlers/route-handlers.ts';

/** A request that was answered, for counters, logs and the window. */
export interface Answered {
  requestId: string;
  /** A row's name, or a fixed word where there is none: `none`, `refused`, `docs`, `openapi`, `root`. */
  route: string;
  method: string;
  /** Path and query, as they came. */
  target: string;
  status: number;
  durationMs: number;
  identity: Identity | null;
  source?: string | undefined;
  degraded?: string | undefined;
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

export interface DoorOptions {
  host: string;
  port: number;
  handlers: RouteHandlers;
  gate: Gate;
  /** PEM files; plain HTTP where absent. */
  tls?: { cert: string; key: string } | null;
  /** Further names by which the server is asked for, as of a certificate. */
  names?: readonly string[];
  /** How slow a client may be, other than usual. */
  timeouts?: { headersTimeout?: number; requestTimeout?: number; connectionsCheckingInterval?: number };
  /** Where uploads are written while they come; null: none are taken. */
  uploadFolder: string | null;
  onAnswer(answered: Answered): void;
  /** Whether somebody looks at requests with their bodies. */
  watched(): boolean;
}

/** Opens the HTTP door; handed in by the entry, since the door stands above this story. */
export type OpenHttpDoor = (options: DoorOptions) => Promise<OpenDoor>;
