import type { DataSeries } from '#contract/data';
import type { Database } from './database.ts';

const mostPoints = 500;

/** What the two plots of the data draw: interactions a day, and items by falling popularity. */
export function readSeries(db: Database): Promise<DataSeries> {
  return db.read(async (session) => {
    const daily = await session.rows<DataSeries['daily'][number]>(
      `SELECT strftime(timestamp, '%Y-%m-%d') AS day, event_type AS "type", CAST(count(*) AS DOUBLE) AS "count"
       FROM interactions WHERE timestamp IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`,
    );
    // Thinned evenly in the logarithm of the rank: the head is where the curve bends. First and last stay.
    const popularity = await session.rows<DataSeries['popularity'][number]>(
      `WITH ranked AS (
         SELECT CAST(row_number() OVER (ORDER BY n DESC, item_id) AS DOUBLE) AS rank, n AS "count",
           sum(n) OVER (ORDER BY n DESC, item_id ROWS UNBOUNDED PRECEDING) / sum(n) OVER () AS cumulative, count(*) OVER () AS items
         FROM (SELECT item_id, CAST(count(*) AS DOUBLE) AS n FROM interactions GROUP BY item_id))
       SELECT rank, "count", cumulative FROM ranked
       WHERE items <= ${mostPoints} OR rank = items OR rank = 1
         OR floor(ln(rank) / ln(items) * ${mostPoints - 2}) <> floor(ln(rank - 1) / ln(items) * ${mostPoints - 2})
       ORDER BY rank`,
    );
    return { daily, popularity };
  });
}
