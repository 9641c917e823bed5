import { LiveSetting, type LiveSource } from '#contract/live';

/** A source that is being written down, all as text. */
export interface LiveDraft {
  kind: LiveSetting['kind'];
  name: string;
  path: string;
  url: string;
  tokenEnv: string;
  cursor: string;
  brokers: string;
  topic: string;
  group: string;
  map: string;
}

export const emptyLive: LiveDraft = {
  kind: 'folder',
  ...{ name: '', path: '', url: '', tokenEnv: '', cursor: '', brokers: '', topic: '', group: 'recsmith', map: '' },
};

type Field = Exclude<keyof LiveDraft, 'kind'>;

/** What each kind asks for. */
export const liveFields: Record<LiveSetting['kind'], readonly { name: Field; label: string; help: string }[]> = {
  folder: [{ name: 'path', label: 'Folder', help: 'New and changed files in it are imported.' }],
  stream: [
    { name: 'url', label: 'Address', help: 'Answers with an object a line, for as long as it likes.' },
    { name: 'tokenEnv', label: 'Token variable', help: 'Environment variable with a bearer token; the token is kept nowhere.' },
    { name: 'cursor', label: 'Cursor field', help: 'Says where an object stands; asked for with ?after=.' },
  ],
  kafka: [
    { name: 'brokers', label: 'Brokers', help: 'host:port, with commas.' },
    { name: 'topic', label: 'Topic', help: 'JSON messages, plain or gzip.' },
    { name: 'group', label: 'Consumer group', help: 'For others to see how far this reader is.' },
  ],
};

/** The mapping as it is typed: `user=who, item=what`. */
function mapOf(text: string): Record<string, string> | null {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
  if (!pairs.every((pair) => /^[a-z]+=.+$/.test(pair))) return null;
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

/** The source, or what is wrong with each field. */
export function readLive(draft: LiveDraft): {
  setting: LiveSetting | null;
  map: Record<string, string>;
  problems: Partial<Record<Field, string>>;
} {
  const problems: Partial<Record<Field, string>> = {};
  const given = (text: string): string | undefined => text.trim() || undefined;
  const raw = {
    folder: { kind: 'folder', path: draft.path.trim() },
    stream: { kind: 'stream', url: draft.url.trim(), tokenEnv: given(draft.tokenEnv), cursor: given(draft.cursor) },
    kafka: {
      kind: 'kafka',
      brokers: draft.brokers
        .split(',')
        .map((broker) => broker.trim())
        .filter((broker) => broker !== ''),
      topic: draft.topic.trim(),
      group: given(draft.group),
    },
  }[draft.kind];
  const parsed = LiveSetting.safeParse(Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined)));
  if (!parsed.success) {
    for (const { path } of parsed.error.issues) {
      const name = path[0] as Field | undefined;
      if (name)
        problems[name] =
          name === 'url'
            ? 'Enter an address that begins with http:// or https://.'
            : name === 'tokenEnv'
              ? 'Enter the name of a variable.'
              : 'This is needed.';
    }
  }
  const map = mapOf(draft.map);
  if (map === null) problems.map = 'Enter role=field, with commas: user=who, item=what.';
  if (draft.name.trim() === '') problems.name = 'This is needed.';
  return { setting: parsed.success ? parsed.data : null, map: map ?? {}, problems };
}

/** Where a source reads from, in a line. */
export function placeText({ setting }: Pick<LiveSource, 'setting'>): string {
  if (setting.kind === 'folder') return setting.path;
  return setting.kind === 'stream' ? setting.url.replace(/\?.*$/, '') : `${setting.topic} at ${setting.brokers.join(', ')}`;
}
