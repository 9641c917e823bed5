import type { ColumnMapping, Entity, ReadOptions } from '#contract/data';
import { EngineError } from '#contract/errors';
import { contentOf } from './content.ts';
import { copyAsUtf8, type FileHead, readHead } from './file-head.ts';
import { isPostgres, withoutPassword } from './formats/database-file.ts';
import type { Format, FormatFile } from './formats/format.ts';
import { formats } from './formats/formats.ts';
import { holdsNothing } from './formats/text.ts';
import { applyMapping, demandRoles, guessFreeColumns, guessRoles } from './roles.ts';
import type { Source, SourceColumn } from './source.ts';
import { packingByName, plainName } from './unpacked.ts';

export type SourceOptions = Omit<ReadOptions, 'map'> & {
  map?: ColumnMapping | undefined;
  /** What the path says of every row. */
  constants?: Record<string, string>;
  /** `whatever`: the ids need not be found; somebody will say which columns they are. */
  roles?: 'demanded' | 'whatever';
  /** The mapping that a file of these columns was imported with before. */
  remembered?: (format: string, names: readonly string[]) => ColumnMapping | undefined;
};

/** A server has no first bytes. */
const noHead: FileHead = { text: '', bytes: new Uint8Array(0), encoding: 'utf-8', packing: null, sizeBytes: 0 };

/** Looks at a file: its format, its columns with what they hold, and which column has which role. */
export async function openSource(path: string, options: SourceOptions = {}): Promise<Source & { encoding: FileHead['encoding'] }> {
  const name = plainName(path);
  // What one program of old wrote in Latin-1 is told by its name: its first lines may be ASCII.
  const known = options.encoding ?? (/^u\.(data|item|user)$|^(ratings|users|movies)\.dat$/.test(name) ? 'latin1' : undefined);
  const head = isPostgres(path) ? noHead : await readHead(path, known);
  const file: FormatFile = { path, name, head, entityByName: entityByName(name), options };
  const format = formatOf(file, options.format);
  const found = await format.open(file);
  if (found.sample.length === 0) throw holdsNothing(path, 'it has a header and no rows');
  const constants = options.constants ?? {};
  const sample = found.sample.map((row) => [...found.names.map((_, at) => row[at] ?? null), ...Object.values(constants)]);
  const columns = [...found.names, ...Object.keys(constants)].map((column, index): SourceColumn => {
    const declared = found.declared?.[column];
    return { name: column, content: contentOf(sample.map((row) => row[index] ?? null)), ...(declared ? { declared } : {}) };
  });
  const stated = options.as ?? found.entity;
  // A file of reviews may be called books: what has a user, an item and a time happened, whatever its name.
  const { mapping: roles } = guessRoles({ columns, sample, header: found.header, entity: undefined });
  const happened = found.header && roles.user !== undefined && roles.item !== undefined && roles.timestamp !== undefined;
  const given = stated ?? (happened ? 'interactions' : file.entityByName);
  const guess = guessRoles({ columns, sample, header: found.header, entity: given });
  // Where somebody is about to say which columns the ids are, one of them alone does not make it a file of users.
  const open = options.roles === 'whatever' && !guess.mapping.user && !guess.mapping.item;
  const entity = given ?? (open ? 'interactions' : entityByColumns({ ...guess.mapping, ...options.map }));
  const final = given === entity ? guess : guessRoles({ columns, sample, header: found.header, entity });
  applyMapping(path, final, options.remembered?.(format.id, found.names), columns, 'as the last time');
  applyMapping(path, final, options.map, columns, 'as given');
  // Now that user and item are known, a time may be among the others.
  const refused = Object.entries(options.map ?? {}).flatMap(([role, column]) => (column === '' ? [role] : []));
  guessFreeColumns({ columns, sample, header: found.header, entity }, final, refused);
  if (options.roles !== 'whatever') demandRoles(path, entity, final.mapping, columns);
  const text = found.reading.cells !== 'typed' && found.prepare === undefined;
  // DuckDB goes by the name of a file where it is packed.
  const misread = head.encoding !== 'utf-8' || head.packing !== packingByName(path);
  const prepare = text && misread ? (target: string) => copyAsUtf8(path, head, target) : found.prepare;
  // A file's lines all end alike, or else it is copied too: that shows when it is read.
  const mend = text ? (target: string) => copyAsUtf8(path, head, target, true) : undefined;
  const defaultType = typeByName(name);
  return {
    // What is secret in an address is told to nobody: only the reading itself knows it.
    path: withoutPassword(path),
    readPath: path,
    format: format.id,
    entity,
    columns,
    sample,
    reading: found.reading,
    constants,
    encoding: head.encoding,
    ...(defaultType ? { defaultType } : {}),
    ...(options.timeZone ? { timeZone: options.timeZone } : {}),
    ...(prepare ? { prepare } : {}),
    ...(mend ? { mend } : {}),
    expectedRows: found.expectedRows,
    ...final,
  };
}

function formatOf(file: FormatFile, wanted: string | undefined): Format {
  const archive = file.head.bytes[0] === 0x50 && file.head.bytes[1] === 0x4b && file.head.bytes[2] === 3;
  if (archive) {
    throw new EngineError(
      'unsupported',
      `${file.path} is a ZIP archive (or an Excel sheet, which is one). Unpack it, or save it as CSV, and import that.`,
      {
        file: file.path,
      },
    );
  }
  const found = formats.find((format) => (wanted === undefined ? format.claims(file) : format.id === wanted));
  if (found) return found;
  throw new EngineError('invalid_input', `“${wanted}” is no format. The formats are ${formats.map(({ id }) => id).join(', ')}.`, {
    format: wanted,
  });
}

function entityByName(name: string): Entity | undefined {
  const stem = name.split('.')[0] ?? '';
  if (/^(users?|customers?|members?)$/.test(stem)) return 'users';
  if (/^(items?|movies?|products?|contents?|articles?|books?|links|meta(data)?([_-].*)?)$/.test(stem)) return 'items';
  return undefined;
}

const typeNames: Record<string, RegExp> = {
  view: /^(page)?views?$/,
  click: /^clicks?$/,
  like: /^(likes?|favou?rites?)$/,
  share: /^shares?$/,
  purchase: /^(purchases?|orders?|buys?|transactions?)$/,
  tag: /^tags$/,
};

/** What interactions are that name no type, where their file is called after it. */
function typeByName(name: string): string | undefined {
  const stem = name.split('.')[0] ?? '';
  return Object.keys(typeNames).find((type) => typeNames[type]?.test(stem));
}

/** Users or items where there is only one id, and nothing that only interactions have. */
function entityByColumns(mapping: ColumnMapping): Entity {
  const happened = ['timestamp', 'value', 'type', 'event', 'session'].some((role) => mapping[role]);
  if (happened || Boolean(mapping.user) === Boolean(mapping.item)) return 'interactions';
  return mapping.user ? 'users' : 'items';
}
