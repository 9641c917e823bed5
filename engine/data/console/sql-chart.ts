import { EngineError } from '#contract/errors';
import type { SqlChart, SqlChartInput, SqlView } from '#contract/sql';
import { toCell } from '../cells.ts';
import { quoteName } from '../sql.ts';
import type { SqlConsole } from './sql-console.ts';

const mostPoints = 2000;
const mostBars = 40;
const bins = 50;

/** Two columns of a result as points of a plot. What is too much for one is summed up in DuckDB, and said. */
export async function chartOf(sql: SqlConsole, { id, kind, x, y, view }: SqlChartInput & { view: SqlView }): Promise<SqlChart> {
  const { session, table, rows, columns } = await sql.tableOf(id, view);
  const find = (name: string | undefined): string => {
    if (name !== undefined && columns.some((column) => column.name === name)) return quoteName(name);
    throw new EngineError('invalid_input', `The result has no column “${name ?? ''}” to draw.`, { column: name ?? null });
  };
  const across = find(x);
  const read = async (query: string): Promise<SqlChart['points']> =>
    (await session.rows<{ x: unknown; y: unknown }>(query)).map((row) => [toCell(row.x), row.y === null ? null : Number(row.y)]);
  const number = (column: string): string => `TRY_CAST(${column} AS DOUBLE)`;
  if (kind === 'histogram') {
    const { low, high } = await session.row<{ low: number | null; high: number | null }>(
      `SELECT min(v) AS low, max(v) AS high FROM (SELECT ${number(across)} AS v FROM ${table}) WHERE isfinite(v)`,
    );
    if (low === null || high === null) throw new EngineError('invalid_input', `${x} holds no numbers to count.`, { column: x });
    const width = (high - low) / bins || 1;
    const points = await read(
      `SELECT ${low} + (b + 0.5) * ${width} AS x, count(*)::DOUBLE AS y
       FROM (SELECT least(${bins - 1}, floor((${number(across)} - ${low}) / ${width})) AS b FROM ${table} WHERE isfinite(${number(across)})) GROUP BY b ORDER BY b`,
    );
    return { points, note: `${rows.toLocaleString('en')} rows in ${bins} bins of ${Number(width.toPrecision(3))}` };
  }
  const up = number(find(y));
  if (kind === 'bar') {
    const points = await read(
      `SELECT CAST(${across} AS VARCHAR) AS x, sum(${up}) AS y FROM ${table} GROUP BY 1 ORDER BY 2 DESC NULLS LAST, 1 LIMIT ${mostBars}`,
    );
    return { points, note: `Sum of ${y} by ${x}${points.length === mostBars ? `, the ${mostBars} largest` : ''}` };
  }
  const timed = /^(TIMESTAMP|DATE)/.test(columns.find(({ name }) => name === x)?.type ?? '');
  if (kind === 'line') {
    if (rows <= mostPoints)
      return {
        points: await read(`SELECT ${across} AS x, ${up} AS y FROM ${table} ORDER BY 1`),
        note: `${rows.toLocaleString('en')} points`,
      };
    const points = await read(
      `SELECT min(x) AS x, avg(y) AS y FROM (SELECT ${across} AS x, ${up} AS y, ntile(${bins * 10}) OVER (ORDER BY ${across}) AS part FROM ${table}) GROUP BY part ORDER BY 1`,
    );
    return { points, note: `Means of ${points.length} parts of ${rows.toLocaleString('en')} rows` };
  }
  const step = Math.max(1, Math.ceil(rows / mostPoints));
  const points = await read(
    `SELECT ${timed ? across : number(across)} AS x, ${up} AS y FROM ${table} WHERE rowid % ${step} = 0 ORDER BY rowid`,
  );
  return { points, note: step === 1 ? `${rows.toLocaleString('en')} points` : `Every ${step}th of ${rows.toLocaleString('en')} rows` };
}
