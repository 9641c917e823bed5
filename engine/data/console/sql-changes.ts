import { EngineError } from '#contract/errors';
import type { Session } from '../session.ts';
import { guardSelect } from './sql-guard.ts';

/** Tables whose rows people may change. The others are the workbench's own book-keeping: a change there would break what it promises. */
const open = new Set(['interactions', 'users', 'items', 'event_types']);
const ours =
  /^(attributes|rejects|imports|import_.*|mappings|undo_.*|event_log_position|oracle_.*|schema_version|quality_.*|live_.*|datasets?)$/;

export interface Change {
  /** What it is called in history and messages: `UPDATE interactions`. */
  label: string;
  sql: string;
}

const name = '([A-Za-z_][A-Za-z0-9_]*)';
const space = '\\s+';

interface Shape {
  verb: string;
  pattern: RegExp;
  /** The table may be one of ours that is open, or has to be the user's own. */
  of: 'data' | 'own';
  /** A statement that reads the same and can be checked, of the name and the rest. */
  reads?: (table: string, rest: string) => string;
}

const shape = (words: string, tail: string): RegExp => new RegExp(`^${words.split(' ').join(space)}${space}${name}${tail}$`, 'is');

const shapes: readonly Shape[] = [
  { verb: 'INSERT INTO', pattern: shape('insert into', '(?:\\s*\\([A-Za-z0-9_,\\s]*\\))?\\s+(.*)'), of: 'data', reads: (_, rest) => rest },
  // Assignments are comparisons to the parser of a SELECT, and what follows them is the same.
  {
    verb: 'UPDATE',
    pattern: shape('update', `${space}set${space}(.*)`),
    of: 'data',
    reads: (table, rest) => `FROM ${table} SELECT ${rest}`,
  },
  { verb: 'DELETE FROM', pattern: shape('delete from', '(.*)'), of: 'data', reads: (table, rest) => `FROM ${table} SELECT 1 ${rest}` },
  { verb: 'CREATE TABLE', pattern: shape('create table', `${space}as${space}(.*)`), of: 'own', reads: (_, rest) => rest },
  { verb: 'CREATE TABLE', pattern: shape('create or replace table', `${space}as${space}(.*)`), of: 'own', reads: (_, rest) => rest },
  { verb: 'CREATE VIEW', pattern: shape('create view', `${space}as${space}(.*)`), of: 'own', reads: (_, rest) => rest },
  { verb: 'CREATE VIEW', pattern: shape('create or replace view', `${space}as${space}(.*)`), of: 'own', reads: (_, rest) => rest },
  { verb: 'DROP TABLE', pattern: shape('drop table', ''), of: 'own' },
  { verb: 'DROP VIEW', pattern: shape('drop view', ''), of: 'own' },
];

/**
 * Lets a statement through that changes data of the workspace, and reads nothing but its tables: what it reads is checked as a SELECT of the same parts. Throws
 * `invalid_input` for anything else, COPY, ATTACH, INSTALL, LOAD, SET, PRAGMA and CALL among them.
 */
export async function guardChange(session: Session, text: string): Promise<Change> {
  // Comments could stand where the shapes look for words.
  const sql = text.trim().replace(/;\s*$/, '');
  for (const { verb, pattern, of, reads } of shapes) {
    const found = pattern.exec(sql);
    if (!found) continue;
    const table = (found[1] as string).toLowerCase();
    const allowed = of === 'data' ? open.has(table) || !ours.test(table) : !open.has(table) && !ours.test(table);
    if (!allowed) {
      throw new EngineError(
        'invalid_input',
        of === 'data'
          ? `${table} is kept by the workbench and cannot be changed from SQL.`
          : `${table} is a table of the workbench: take another name.`,
        { table },
      );
    }
    if (reads) await guardSelect(session, reads(table, found[2] as string));
    return { label: `${verb} ${table}`, sql };
  }
  throw new EngineError(
    'invalid_input',
    'Beside reading, an unlocked console runs INSERT, UPDATE, DELETE, CREATE TABLE … AS, CREATE VIEW … AS, DROP TABLE and DROP VIEW, one at a time and without comments before or within their first words.',
    { guard: true },
  );
}
