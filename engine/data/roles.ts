import type { ColumnMapping, Entity } from '#contract/data';
import { EngineError } from '#contract/errors';
import { timeUnit } from './content.ts';
import { type Role, roles, type SourceColumn } from './source.ts';
import { timeFormats } from './time-format.ts';

/** Names that mean a role, as they read without case, blanks and signs. The first that a file has wins. */
const names: Record<Role, string[]> = {
  user: [
    'userid',
    'user',
    'uid',
    'customerid',
    'customer',
    'visitorid',
    'memberid',
    'accountid',
    'reviewerid',
    'personid',
    'clientid',
    'username',
  ],
  item: [
    ...[
      'itemid',
      'item',
      'iid',
      'movieid',
      'movie',
      'contentid',
      'postid',
      'productid',
      'product',
      'asin',
      'parentasin',
      'articleid',
      'article',
      'videoid',
    ],
    ...['trackid', 'songid', 'artistid', 'bookid', 'isbn', 'newsid', 'gameid', 'sku', 'businessid', 'courseid', 'recipeid', 'listingid'],
  ],
  type: ['eventtype', 'event', 'action', 'type', 'eventname', 'behavior', 'behaviour', 'behaviortype', 'interactiontype', 'actiontype'],
  value: ['rating', 'value', 'score', 'stars', 'ratings', 'overall', 'price', 'amount'],
  timestamp: [
    'timestamp',
    'ts',
    'time',
    'datetime',
    'date',
    'eventtime',
    'createdat',
    'unixtime',
    'unixreviewtime',
    'reviewtime',
    'occurredat',
    'eventtimestamp',
  ],
  event: ['eventid', 'eventuuid', 'interactionid'],
  session: ['sessionid', 'session', 'visitid', 'usersession'],
  context: ['context'],
};

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

export interface GuessInput {
  columns: SourceColumn[];
  sample: (string | null)[][];
  /** Without a header, columns are known by their place and what they hold. */
  header: boolean;
  entity: Entity | undefined;
}

/** Gives roles to columns by name, and where names say nothing by place and content. */
export function guessRoles({ columns, sample, header, entity }: GuessInput): { mapping: ColumnMapping; reasons: Record<string, string> } {
  const mapping: ColumnMapping = {};
  const reasons: Record<string, string> = {};
  const give = (role: Role, column: SourceColumn | undefined, reason: string): void => {
    if (column === undefined || role in mapping || Object.values(mapping).includes(column.name)) return;
    mapping[role] = column.name;
    reasons[role] = reason;
  };
  const wanted: readonly Role[] = entity === 'users' ? ['user'] : entity === 'items' ? ['item'] : roles;
  if (header) {
    for (const role of wanted) {
      for (const name of names[role]) {
        const column = columns.find((candidate) => plain(candidate.name) === name);
        give(role, column, `the name “${column?.name}” means ${role}`);
      }
    }
    const id = columns.find((column) => plain(column.name) === 'id');
    if (entity === 'users') give('user', id, 'the id of a file of users');
    if (entity === 'items') give('item', id, 'the id of a file of items');
  } else if (entity === 'users' || entity === 'items') {
    give(entity === 'users' ? 'user' : 'item', columns[0], 'the first column of a file without a header');
  } else {
    give('user', columns[0], 'the first column of a file without a header');
    give('item', columns[1], 'the second column of a file without a header');
  }
  guessFreeColumns({ columns, sample, header, entity }, { mapping, reasons });
  return { mapping, reasons };
}

/** Gives a time, and without a header a value, to columns of interactions that have no role, by what they hold; `not`: roles that nobody is to have. */
export function guessFreeColumns(
  { columns, sample, header, entity }: GuessInput,
  { mapping, reasons }: { mapping: ColumnMapping; reasons: Record<string, string> },
  not: readonly string[] = [],
): void {
  if (entity === 'users' || entity === 'items' || !('item' in mapping)) return;
  const valuesOf = (column: SourceColumn): (string | null)[] => sample.map((row) => row[columns.indexOf(column)] ?? null);
  const give = (role: Role, column: SourceColumn, reason: string): void => {
    if (role in mapping || not.includes(role)) return;
    mapping[role] = column.name;
    reasons[role] = reason;
  };
  for (const column of columns.filter((candidate) => !Object.values(mapping).includes(candidate.name))) {
    if (column.content === 'time' || timeFormats(valuesOf(column)) !== null) give('timestamp', column, 'it holds dates');
    else if (column.content === 'number' && timeUnit(valuesOf(column)) !== null)
      give('timestamp', column, `it counts ${timeUnit(valuesOf(column))?.name} since 1970`);
    else if (!header && column.content === 'number') give('value', column, 'it holds numbers');
  }
}

/** A mapping over the guess; an empty name takes a role away. */
export function applyMapping(
  path: string,
  guess: { mapping: ColumnMapping; reasons: Record<string, string> },
  map: ColumnMapping | undefined,
  columns: SourceColumn[],
  reason: string,
): void {
  for (const [role, name] of Object.entries(map ?? {})) {
    if (!(roles as readonly string[]).includes(role)) {
      throw new EngineError('invalid_input', `“${role}” is no role of a column. The roles are ${roles.join(', ')}.`, { role });
    }
    for (const [other, taken] of Object.entries(guess.mapping)) {
      if (other === role || taken === name) {
        delete guess.mapping[other];
        delete guess.reasons[other];
      }
    }
    if (name === '') continue;
    const column =
      columns.find((candidate) => candidate.name === name) ?? columns.find((candidate) => plain(candidate.name) === plain(name));
    if (column === undefined) {
      throw new EngineError('bad_data', `${path} has no column “${name}” for the role ${role}. Its columns are ${listNames(columns)}.`, {
        file: path,
        column: name,
        columns: columns.map((candidate) => candidate.name),
      });
    }
    guess.mapping[role] = column.name;
    guess.reasons[role] = reason;
  }
}

const idNames = { user: 'user_id', item: 'item_id' };

/** Refuses a file whose ids are in no column that we know. */
export function demandRoles(path: string, entity: Entity, mapping: ColumnMapping, columns: SourceColumn[]): void {
  const needed = entity === 'interactions' ? (['user', 'item'] as const) : entity === 'users' ? (['user'] as const) : (['item'] as const);
  const lacking = needed.filter((role) => !(role in mapping));
  if (lacking.length === 0) return;
  const example = lacking.map((role) => `${role}=COLUMN`).join(',');
  throw new EngineError(
    'bad_data',
    `${path} has no column for ${lacking.map((role) => `the ${role} (such as ${idNames[role]})`).join(' and ')}. Its columns are ${listNames(columns)}. Name the right ones with --map ${example}.`,
    { file: path, missing: lacking, columns: columns.map((column) => column.name) },
  );
}

function listNames(columns: SourceColumn[]): string {
  const shown = columns.slice(0, 20).map((column) => column.name);
  return columns.length > 20 ? `${shown.join(', ')} and ${columns.length - 20} more` : shown.join(', ');
}
