import { z } from 'zod';

export const ApiProblem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
});

/** What a caller may do where the server asks who is calling; each may do what the ones before it may. */
export const Role = z.enum(['viewer', 'service', 'admin']);
export type Role = z.infer<typeof Role>;

/** Who asks. Where nobody is asked for a key, all of this machine are `open`. */
export interface Identity {
  /** The name that a key was given, or `open`. */
  name: string;
  role: Role;
  /** Public part of the key; null where there was none. */
  keyId: string | null;
}

/** One row of the served API. From it come the check of a request, its entry in OpenAPI, and the tests of every route. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  summary: string;
  /** Least role that may call it where the server asks for keys; `anyone` needs no key at all. */
  role: Role | 'anyone';
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** No body at all is as good as `{}`. */
  bodyOptional?: boolean;
  /** Largest body in bytes; 1 MiB where absent. */
  bodyLimit?: number;
  /** The body goes to a file as it comes, in one of these media types, instead of being parsed. */
  upload?: readonly string[];
  /** Keys or tokens are in it: neither body nor answer is ever logged or shown, and no error repeats what was sent in such a body. */
  secret?: 'answer' | 'body and answer';
  success: 200 | 202;
  answer: z.ZodType;
  /** Of an answer that is no JSON. */
  contentType?: string;
  /** Answers one line of JSON after the other where the client accepts `application/x-ndjson`. */
  lines?: boolean;
  /** May answer 404 for something that is not known. */
  mayMiss?: boolean;
  /** Needs a workspace: handed to the engine by port; a server without one says so. */
  workspace?: boolean;
}

export const MiB = 1024 * 1024;

/** A user's or an item's id as clients may send it. */
export const EntityId = z.string().min(1).max(1000);
