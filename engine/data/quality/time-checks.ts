import type { Session } from '../session.ts';
import type { Check, Finding } from './check.ts';

/** An import's interactions by the hour of the day, as shares. */
interface Hours {
  importId: number;
  path: string;
  rows: number;
  shares: number[];
}

const hoursSql = `SELECT import_id, hour(timestamp) AS hour, CAST(count(*) AS DOUBLE) AS n FROM interactions WHERE timestamp IS NOT NULL AND import_id IS NOT NULL GROUP BY ALL`;

async function hoursOf(session: Session): Promise<Hours[]> {
  const rows = await session.rows<{ import_id: number; path: string; hour: number | bigint; n: number }>(
    `SELECT h.import_id, any_value(i.path) AS path, h.hour, any_value(h.n) AS n FROM (${hoursSql}) h JOIN imports i USING (import_id) GROUP BY h.import_id, h.hour ORDER BY 1`,
  );
  const byImport = new Map<number, Hours>();
  for (const { import_id, path, hour, n } of rows) {
    const known = byImport.get(import_id) ?? { importId: import_id, path, rows: 0, shares: new Array<number>(24).fill(0) };
    known.shares[Number(hour)] = n;
    known.rows += n;
    byImport.set(import_id, known);
  }
  return [...byImport.values()];
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, squareA, squareB] = [0, 0, 0];
  a.forEach((value, at) => {
    const [x, y] = [value - meanA, (b[at] as number) - meanB];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  });
  return squareA * squareB === 0 ? 0 : product / Math.sqrt(squareA * squareB);
}

/** How many hours one day has to be moved to look like another, where it looks like it then and does not now; 0 where nothing says so. */
export function shiftBetween(one: readonly number[], other: readonly number[]): number {
  const at = (shift: number): number =>
    correlation(
      one.map((_, hour) => one[(((hour + shift) % 24) + 24) % 24] as number),
      other,
    );
  let best = 0;
  for (let shift = -12; shift < 12; shift++) if (at(shift) > at(best)) best = shift;
  return at(best) >= 0.9 && at(best) - at(0) >= 0.3 ? best : 0;
}

const fewest = 500;

export const zones: Check = {
  id: 'zones',
  title: 'Imports in another time zone',
  why: 'Hours that are off by a whole zone tear sessions apart and put events before their causes.',
  unit: 'imports',
  grave: true,
  advice:
    'The import’s hours of the day fit those of all other imports when they are moved by whole hours (correlation 0.9 and more), and do not fit now. The largest one is mended at a time.',
  sql: hoursSql,
  async find(session): Promise<Finding> {
    const all = (await hoursOf(session)).filter(({ rows }) => rows >= fewest);
    if (all.length < 2) return { count: 0, example: null };
    const found = all.flatMap((one) => {
      // The largest import is what the others are held against.
      const rest = all.filter((other) => other !== one && other.rows >= one.rows);
      if (rest.length === 0) return [];
      const sum = one.shares.map((_, hour) => rest.reduce((total, other) => total + (other.shares[hour] as number), 0));
      const shift = shiftBetween(one.shares, sum);
      return shift === 0 ? [] : [{ one, shift }];
    });
    const [first] = found.sort((a, b) => b.one.rows - a.one.rows);
    if (!first) return { count: 0, example: null };
    const { one, shift } = first;
    const ahead = shift > 0 ? 'ahead' : 'behind';
    const hours = Math.abs(shift);
    return {
      count: found.length,
      example: `${one.path} is ${hours} ${hours === 1 ? 'hour' : 'hours'} ${ahead}`,
      fix: {
        kind: 'rows',
        label: `Move its times by ${-shift > 0 ? '+' : '−'}${hours} h`,
        places: `SELECT rowid FROM interactions WHERE import_id = ${one.importId} AND timestamp IS NOT NULL`,
        change: { timestamp: `timestamp - INTERVAL '${shift} hours'` },
      },
    };
  },
};

/** Jensen–Shannon divergence of two distributions, in bits: 0 the same, 1 without anything in common (Lin 1991). */
export function divergence(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const total = (of: ReadonlyMap<string, number>): number => [...of.values()].reduce((sum, value) => sum + value, 0) || 1;
  const [totalA, totalB] = [total(a), total(b)];
  let sum = 0;
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const [p, q] = [(a.get(name) ?? 0) / totalA, (b.get(name) ?? 0) / totalB];
    const middle = (p + q) / 2;
    if (p > 0) sum += (p / 2) * Math.log2(p / middle);
    if (q > 0) sum += (q / 2) * Math.log2(q / middle);
  }
  return sum;
}

const driftSql = `SELECT strftime(timestamp, '%Y-%m') AS month, event_type, CAST(count(*) AS DOUBLE) AS n FROM interactions WHERE timestamp IS NOT NULL GROUP BY ALL ORDER BY 1`;
const fewestOfMonth = 200;
const strong = 0.05;

export const drift: Check = {
  id: 'drift',
  title: 'Months in which users do other things',
  why: 'Where the mix of event types changes from one month to the next, something in the product or its logging did: older data then tells of another product.',
  unit: 'months',
  grave: false,
  advice:
    'The Jensen–Shannon divergence of the event types to the month before is 0.05 bits or more. A dataset that begins after the change leaves the rest out.',
  sql: driftSql,
  async find(session): Promise<Finding> {
    const months = new Map<string, Map<string, number>>();
    for (const { month, event_type, n } of await session.rows<{ month: string; event_type: string; n: number }>(driftSql))
      months.set(month, (months.get(month) ?? new Map<string, number>()).set(event_type, n));
    const large = [...months].filter(([, types]) => [...types.values()].reduce((sum, value) => sum + value, 0) >= fewestOfMonth);
    const changes = large
      .slice(1)
      .map(([month, types], at) => ({ month, bits: divergence((large[at] as [string, Map<string, number>])[1], types) }));
    const found = changes.filter(({ bits }) => bits >= strong).sort((a, b) => b.bits - a.bits);
    return { count: found.length, example: found[0] ? `${found[0].month}: ${found[0].bits.toFixed(2)} bits from the month before` : null };
  },
};
