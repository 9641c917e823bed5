import { EngineError } from '#contract/errors';
import { LiveSetting, type LiveSource, shownUrl } from '#contract/live';
import type { Command } from './command.ts';
import { formatNumber, formatTable, tell } from './terminal.ts';

const where = ({ setting }: LiveSource): string =>
  setting.kind === 'folder'
    ? setting.path
    : setting.kind === 'stream'
      ? shownUrl(setting.url)
      : `${setting.topic} at ${setting.brokers.join(',')}`;

const listText = (sources: readonly LiveSource[]): string =>
  formatTable([
    ['source', 'name', 'kind', 'reads', 'rows', 'accepted', 'rejected', 'duplicates'],
    ...sources.map((source) => [
      String(source.id),
      source.name,
      source.setting.kind,
      where(source),
      ...[source.read, source.accepted, source.rejected, source.duplicates].map(formatNumber),
    ]),
  ]);

export const liveCommands: Command[] = [
  {
    name: 'live',
    usage: 'W [--run]',
    summary: 'Live sources: list them, or read all of them until Ctrl-C; live-add makes one',
    positionals: [1, 1],
    flags: {
      run: { kind: 'switch', help: 'read all sources until interrupted, with a line each second' },
      until: { kind: 'integer', help: 'with --run: end when so many rows were read in all' },
      remove: { kind: 'integer', help: 'forget a source; what it read stays' },
    },
    async run({ session, positionals, flags }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const { run, until, remove } = flags as { run?: boolean; until?: number; remove?: number };
      if (remove !== undefined) await session.call('live.remove', { id: remove });
      const sources = await session.call('live.list', {});
      if (!run) return { json: sources, text: listText(sources) };
      if (sources.length === 0) throw new EngineError('not_found', 'There is no live source: add one with live-add.');
      for (const { id } of sources) await session.call('live.start', { id });
      let stopped = false;
      process.once('SIGINT', () => {
        stopped = true;
      });
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        const now = await session.call('live.list', {});
        for (const { name, read, rate, rejected, lag, state, detail } of now)
          tell(
            `${name}: ${formatNumber(read)} rows, ${formatNumber(Math.round(rate))}/s, ${rejected} rejected${lag === null ? '' : `, ${lag} to go`}${state === 'running' && !detail ? '' : ` (${detail ?? state})`}`,
          );
        const done = until !== undefined && now.reduce((sum, { read }) => sum + read, 0) >= until;
        if (stopped || done || now.every(({ state }) => state === 'failed')) {
          for (const { id } of now) await session.call('live.stop', { id });
          return { json: now, text: listText(await session.call('live.list', {})) };
        }
      }
    },
  },
  {
    name: 'live-add',
    usage: 'W --name N (--folder DIR / --url U / --kafka HOST:PORT --topic T)',
    summary: 'Add a folder to watch, an NDJSON stream or a Kafka topic to a workspace',
    positionals: [1, 1],
    flags: {
      name: { kind: 'text', help: 'what it is called', required: true },
      folder: { kind: 'text', help: 'a folder whose new and changed files are imported' },
      url: { kind: 'text', help: 'an address that answers with an object a line' },
      'token-env': { kind: 'text', help: 'environment variable with a bearer token for it' },
      cursor: { kind: 'text', help: 'member of the objects that says where they stand' },
      'cursor-param': { kind: 'text', help: 'query parameter that asks for what comes after it (after)' },
      kafka: { kind: 'text', help: 'brokers, with commas' },
      topic: { kind: 'text', help: 'the topic' },
      group: { kind: 'text', help: 'the consumer group (recsmith)' },
      ssl: { kind: 'switch', help: 'talk TLS to the brokers' },
      sasl: { kind: 'text', help: 'plain, scram-sha-256 or scram-sha-512' },
      username: { kind: 'text', help: 'of SASL' },
      'password-env': { kind: 'text', help: 'environment variable with the password of SASL' },
      map: { kind: 'pairs', help: 'user=FIELD,item=FIELD,timestamp=FIELD …, where names do not tell' },
    },
    async run({ session, positionals, flags }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const { name, folder, url, tokenEnv, cursor, cursorParam, kafka, topic, group, ssl, sasl, username, passwordEnv, map } =
        flags as Record<string, string> & {
          map?: Record<string, string>;
        };
      const given = (values: Record<string, unknown>): Record<string, unknown> =>
        Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
      const raw = folder
        ? { kind: 'folder', path: folder }
        : url
          ? given({ kind: 'stream', url, tokenEnv, cursor, cursorParam })
          : given({
              kind: 'kafka',
              brokers: kafka?.split(','),
              topic,
              group,
              ssl,
              sasl: sasl ? { mechanism: sasl, username, passwordEnv } : undefined,
            });
      const parsed = LiveSetting.safeParse(raw);
      if (!parsed.success)
        throw new EngineError(
          'invalid_input',
          'Name a folder with --folder, an http address with --url, or brokers with --kafka and a topic with --topic.',
        );
      const source = await session.call('live.add', { name: name as string, setting: parsed.data, map: map ?? {} });
      return { json: source, text: `${source.name} is source ${source.id}. Read it with live --run, or start it in the Data view.` };
    },
  },
];
