import { readNumbers } from './column-buffers.ts';
import type { Session } from './session.ts';

/**
 * Members of lists as codes of the temporary table `vocabulary`, those of row r at `codes[offsets[r] .. offsets[r + 1])`.
 * @param members a statement that gives `place` and `v`, a line a member
 */
export async function readListCodes(session: Session, members: string, rows: number): Promise<{ offsets: Int32Array; codes: Int32Array }> {
  const coded = `FROM (${members}) m JOIN vocabulary w USING (v)`;
  const count = await session.number(`SELECT count(*) ${coded}`);
  const [places, codes] = await readNumbers(session, `SELECT m.place, w.code ${coded} ORDER BY m.place, w.code`, [
    new Int32Array(count),
    new Int32Array(count),
  ]);
  const offsets = new Int32Array(rows + 1);
  for (const place of places) offsets[place + 1] = (offsets[place + 1] as number) + 1;
  for (let row = 0; row < rows; row++) offsets[row + 1] = (offsets[row + 1] as number) + (offsets[row] as number);
  return { offsets, codes };
}
