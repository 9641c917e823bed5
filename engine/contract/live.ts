import { z } from 'zod';
import { ColumnMapping } from './data.ts';
import { operation } from './operation.ts';

/** An address without what may be secret in it, to be shown. */
export const shownUrl = (url: string): string => url.replace(/[?#].*$/s, '');

/** Where rows come from while the workspace is open. */
export const LiveSetting = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('folder'), path: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('stream'),
    /** Answers GET with an object a line, for as long as it likes. */
    url: z.url({ protocol: /^https?$/ }).refine((url) => !/^https?:[/\\]*[^/\\?#]*@/i.test(url), {
      message: 'it holds a name or a password: leave them out, and name the environment variable of a token',
    }),
    /** Name of the environment variable that holds a bearer token: the token itself is kept nowhere. */
    tokenEnv: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
      .optional(),
    /** Member of each object that says where it stands, and the query parameter that asks for what comes after it. */
    cursor: z.string().min(1).optional(),
    cursorParam: z.string().min(1).default('after'),
  }),
  z.strictObject({
    kind: z.literal('kafka'),
    brokers: z.array(z.string().min(1)).min(1),
    topic: z.string().min(1),
    group: z.string().min(1).default('recsmith'),
    ssl: z.boolean().default(false),
    /** SASL by PLAIN or SCRAM; the password is in the environment variable. */
    sasl: z
      .strictObject({
        mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
        username: z.string().min(1),
        passwordEnv: z.string().min(1),
      })
      .optional(),
  }),
]);
export type LiveSetting = z.infer<typeof LiveSetting>;

export const LiveSource = z.object({
  id: z.number(),
  name: z.string(),
  setting: LiveSetting,
  map: ColumnMapping,
  state: z.enum(['stopped', 'running', 'waiting', 'failed']),
  /** What it waits for or why it failed, in words. */
  detail: z.string().nullable(),
  read: z.number(),
  accepted: z.number(),
  rejected: z.number(),
  duplicates: z.number(),
  /** Rows a second, over the last half minute. */
  rate: z.number(),
  /** Messages of the topic that are still to be read. */
  lag: z.number().nullable(),
  lastAt: z.string().nullable(),
});
export type LiveSource = z.infer<typeof LiveSource>;

const id = z.object({ id: z.number().int() });

export const liveOperations = {
  'live.list': operation({ summary: 'Live sources of the workspace', input: z.object({}), output: z.array(LiveSource), command: 'live' }),
  'live.add': operation({
    summary: 'Add a folder to watch, a stream to read or a Kafka topic to consume',
    input: z.object({ name: z.string().trim().min(1).max(80), setting: LiveSetting, map: ColumnMapping.default({}) }),
    output: LiveSource,
  }),
  'live.start': operation({ summary: 'Begin to read a source', input: id, output: LiveSource }),
  'live.stop': operation({ summary: 'Stop reading a source; what it read stays', input: id, output: LiveSource }),
  'live.remove': operation({ summary: 'Forget a source; what it read stays', input: id, output: z.object({ id: z.number() }) }),
};
