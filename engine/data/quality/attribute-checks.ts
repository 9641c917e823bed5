import { storedKinds } from '../import-entities.ts';
import type { Session } from '../session.ts';
import { quoteName } from '../sql.ts';
import type { Check, Finding } from './check.ts';

/** An attribute that goes along with the number of interactions so closely was made of it. */
const suspicious = 0.95;
const fewest = 20;

interface Suspect {
  entity: 'users' | 'items';
  name: string;
  text: string;
}

async function suspectsOf(session: Session, entity: 'users' | 'items'): Promise<Suspect[]> {
  const id = entity === 'users' ? 'user_id' : 'item_id';
  const found: Suspect[] = [];
  const counts = `(SELECT ${id}, count(*) AS n, min(timestamp) AS first FROM interactions GROUP BY ${id})`;
  for (const [name, kind] of await storedKinds(session, entity)) {
    const column = `e.${quoteName(name)}`;
    if (kind === 'number') {
      const { together, rows } = await session.row<{ together: number | null; rows: number }>(
        `SELECT corr(ln(1 + greatest(0, ${column})), ln(1 + c.n)) AS together, CAST(count(${column}) AS DOUBLE) AS rows FROM ${entity} e JOIN ${counts} c USING (${id})`,
      );
      if (rows >= fewest && together !== null && Math.abs(together) >= suspicious)
        found.push({
          entity,
          name,
          text: `${name} of ${entity} follows the number of interactions (correlation of the logarithms ${together.toFixed(2)})`,
        });
    } else if (kind === 'timestamp') {
      const { late, rows } = await session.row<{ late: number; rows: number }>(
        `SELECT CAST(count(*) FILTER (${column} > c.first) AS DOUBLE) AS late, CAST(count(${column}) AS DOUBLE) AS rows FROM ${entity} e JOIN ${counts} c USING (${id}) WHERE c.first IS NOT NULL`,
      );
      if (rows >= fewest && late / rows > 0.05)
        found.push({
          entity,
          name,
          text: `${name} is later than the first interaction for ${((100 * late) / rows).toFixed(0)} % of the ${entity}`,
        });
    }
  }
  return found;
}

export const leakage: Check = {
  id: 'leakage',
  title: 'Attributes that know the future',
  why: 'A count or an average that was taken over all of the time tells a model what it is tested on.',
  unit: 'attributes',
  grave: true,
  advice:
    'Numbers whose logarithm correlates with that of the interactions by 0.95, and times later than the first interaction of one in twenty. One is taken away at a time.',
  sql: "SELECT entity, name, kind FROM attributes WHERE kind IN ('number', 'timestamp')",
  async find(session): Promise<Finding> {
    const all = [...(await suspectsOf(session, 'items')), ...(await suspectsOf(session, 'users'))];
    const [first] = all;
    if (!first) return { count: 0, example: null };
    const { entity, name, text } = first;
    return { count: all.length, example: text, fix: { kind: 'attribute', label: `Take ${name} away from the ${entity}`, entity, name } };
  },
};
