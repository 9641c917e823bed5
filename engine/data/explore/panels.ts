import type { ExploreFilter, ExplorePanel } from '#contract/explore';
import { quoteName, quoteText } from '../sql.ts';

/** More interactions than these are looked at in a sample of their users, where every row has to be sorted or joined. */
const mostSorted = 1_000_000;

/** What a panel is made for. */
export interface Ground {
  interactions: number;
  /** Share of interactions with a session of their own. */
  withSession: number;
  /** Days from the first to the last. */
  days: number;
  /** The items' attribute that most of them have; null where none is a category. */
  category: string | null;
  filter: ExploreFilter;
}

export interface PanelQuery {
  /** Over `chosen`, `per_user` and `per_item`. */
  body: string;
  /** Single figures, likewise. */
  facts?: string;
  sampled: number | null;
}

/** Tables that panels share. Their names stand for these statements in what is shown. */
export function shared(filter: ExploreFilter): [name: string, sql: string][] {
  const moment = (text: string): string => `make_timestamp(epoch_us(CAST(${quoteText(text)} AS TIMESTAMPTZ)))`;
  const conditions = [
    ...(filter.from === undefined ? [] : [`timestamp >= ${moment(filter.from)}`]),
    ...(filter.to === undefined ? [] : [`timestamp < ${moment(filter.to)}`]),
    ...(filter.eventTypes === undefined ? [] : [`event_type IN (${filter.eventTypes.map(quoteText).join(', ')})`]),
  ];
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  return [
    ['chosen', `SELECT user_id, item_id, event_type, timestamp, session_id FROM interactions${where}`],
    [
      'per_user',
      'SELECT user_id, count(*) AS n, min(timestamp) AS first, max(timestamp) AS last, arg_max(item_id, timestamp) AS last_item FROM chosen GROUP BY user_id',
    ],
    ['per_item', 'SELECT item_id, count(*) AS n, min(timestamp) AS first FROM chosen GROUP BY item_id'],
  ];
}

/** A share of the users, the same ones each time, and the condition that picks them. */
function sampleOf({ interactions }: Ground): { share: number | null; where: string } {
  if (interactions <= mostSorted) return { share: null, where: 'true' };
  const parts = 1000;
  const taken = Math.max(1, Math.floor((mostSorted / interactions) * parts));
  return { share: taken / parts, where: `hash(user_id) % ${parts} < ${taken}` };
}

const mostPoints = 400;
/** Sessions that say nothing of themselves end after so long a pause. */
const pause = "INTERVAL '30 minutes'";

function bucketOf(days: number): string {
  return days <= 60 ? 'day' : days <= 400 ? 'week' : 'month';
}

function sessions(ground: Ground): PanelQuery {
  const { share, where } = sampleOf(ground);
  const given = ground.withSession >= 0.5;
  const parted = given
    ? `SELECT user_id, session_id AS part FROM chosen WHERE session_id IS NOT NULL AND ${where}`
    : `SELECT user_id, sum(fresh) OVER (PARTITION BY user_id ORDER BY timestamp ROWS UNBOUNDED PRECEDING) AS part
    FROM (SELECT user_id, timestamp, CASE WHEN timestamp - lag(timestamp) OVER (PARTITION BY user_id ORDER BY timestamp) > ${pause} THEN 1 ELSE 0 END AS fresh
      FROM chosen WHERE timestamp IS NOT NULL AND ${where})`;
  const lengths = `SELECT count(*) AS length FROM (${parted}) GROUP BY user_id, part`;
  return {
    body: `SELECT least(length, 21) AS length, count(*) AS sessions FROM (${lengths}) GROUP BY 1 ORDER BY 1`,
    facts: `SELECT median(length) AS median, avg(length) AS mean, ${given} AS given FROM (${lengths})`,
    sampled: share,
  };
}

function coldStart(): PanelQuery {
  return {
    body: `WITH cut AS (SELECT quantile_disc(timestamp, 0.8) AS moment FROM chosen),
  test AS (SELECT CAST(count(*) AS DOUBLE) AS n FROM chosen, cut WHERE timestamp >= moment),
  lasts AS (SELECT last_item AS item_id, count(*) AS n FROM per_user WHERE n > 1 AND last_item IS NOT NULL GROUP BY 1),
  total AS (SELECT CAST(sum(n) AS DOUBLE) AS n FROM per_item)
SELECT 'time' AS split, (SELECT coalesce(sum(n) FILTER (first >= moment), 0) FROM per_user, cut) / nullif((SELECT n FROM test), 0) AS new_users,
  (SELECT coalesce(sum(n) FILTER (first >= moment), 0) FROM per_item, cut) / nullif((SELECT n FROM test), 0) AS new_items
UNION ALL SELECT 'last', 0, (SELECT coalesce(sum(l.n) FILTER (l.n = i.n), 0) / nullif(CAST(sum(l.n) AS DOUBLE), 0) FROM lasts l JOIN per_item i USING (item_id))
UNION ALL SELECT 'random', (SELECT sum(n * power(0.2, n - 1)) FROM per_user) / nullif((SELECT n FROM total), 0),
  (SELECT sum(n * power(0.2, n - 1)) FROM per_item) / nullif((SELECT n FROM total), 0)`,
    facts: 'SELECT quantile_disc(timestamp, 0.8) AS cut FROM chosen',
    sampled: null,
  };
}

function cohorts(ground: Ground): PanelQuery {
  const { share, where } = sampleOf(ground);
  const label = ground.category === null ? 'c.event_type' : `CAST(i.${quoteName(ground.category)} AS VARCHAR)`;
  const join = ground.category === null ? '' : ' JOIN items i ON i.item_id = c.item_id';
  const period =
    ground.days > 730
      ? "strftime(date_trunc('quarter', u.first), '%Y-%m')"
      : ground.days > 60
        ? "strftime(u.first, '%Y-%m')"
        : "strftime(date_trunc('week', u.first), '%Y-%m-%d')";
  return {
    body: `WITH labelled AS (SELECT ${period} AS cohort, ${label} AS label FROM (SELECT * FROM chosen WHERE ${where}) c JOIN per_user u ON u.user_id = c.user_id${join}
    WHERE u.first IS NOT NULL AND ${label} IS NOT NULL),
  most AS (SELECT label FROM labelled GROUP BY label ORDER BY count(*) DESC, label LIMIT 8)
SELECT cohort, CASE WHEN label IN (SELECT label FROM most) THEN label ELSE 'other' END AS category, count(*) AS interactions FROM labelled GROUP BY ALL ORDER BY ALL`,
    facts: `SELECT ${quoteText(ground.category ?? 'event type')} AS category`,
    sampled: share,
  };
}

function together(ground: Ground): PanelQuery {
  const { share, where } = sampleOf(ground);
  const top =
    'top AS (SELECT item_id, row_number() OVER (ORDER BY n DESC, item_id) AS rank FROM per_item ORDER BY n DESC, item_id LIMIT 20)';
  return {
    body: `WITH ${top},
  had AS (SELECT DISTINCT user_id, rank FROM chosen JOIN top USING (item_id) WHERE ${where}),
  alone AS (SELECT rank, CAST(count(*) AS DOUBLE) AS n FROM had GROUP BY rank),
  everybody AS (SELECT CAST(count(*) AS DOUBLE) AS n FROM per_user WHERE ${where})
SELECT x.item_id AS one, y.item_id AS other, count(*) AS users, count(*) * (SELECT n FROM everybody) / (any_value(m.n) * any_value(k.n)) AS lift
FROM had a JOIN had b ON a.user_id = b.user_id AND a.rank < b.rank JOIN alone m ON m.rank = a.rank JOIN alone k ON k.rank = b.rank
  JOIN top x ON x.rank = a.rank JOIN top y ON y.rank = b.rank
GROUP BY x.item_id, y.item_id, a.rank, b.rank ORDER BY a.rank, b.rank`,
    facts: `WITH ${top} SELECT string_agg(item_id, chr(31) ORDER BY rank) AS items FROM top`,
    sampled: share,
  };
}

/** What each panel asks. */
export function queryOf(panel: ExplorePanel, ground: Ground): PanelQuery {
  const { interactions, days } = ground;
  const bucket = bucketOf(days);
  switch (panel) {
    case 'overview': {
      const pairs = interactions <= mostSorted ? 'count(DISTINCT (user_id, item_id))' : 'approx_count_distinct(hash(user_id, item_id))';
      return {
        body: `SELECT (SELECT sum(n) FROM per_item) AS interactions, (SELECT count(*) FROM per_user) AS users, (SELECT count(*) FROM per_item) AS items,
  (SELECT ${pairs} FROM chosen) AS pairs, (SELECT min(first) FROM per_user) AS first, (SELECT max(last) FROM per_user) AS last`,
        facts: `SELECT ${interactions > mostSorted} AS about`,
        sampled: null,
      };
    }
    case 'time':
      return {
        body: `SELECT date_trunc('${days <= 3 ? 'hour' : 'day'}', timestamp) AS moment, event_type, count(*) AS interactions FROM chosen WHERE timestamp IS NOT NULL GROUP BY ALL ORDER BY ALL`,
        sampled: null,
      };
    case 'popularity':
      return {
        body: `WITH ranked AS (SELECT row_number() OVER (ORDER BY n DESC, item_id) AS rank, n,
    sum(n) OVER (ORDER BY n DESC, item_id ROWS UNBOUNDED PRECEDING) / sum(n) OVER () AS cumulative, count(*) OVER () AS items FROM per_item)
SELECT rank, n AS interactions, cumulative FROM ranked
WHERE items <= ${mostPoints} OR rank IN (1, items) OR floor(ln(rank) / ln(items) * ${mostPoints - 2}) <> floor(ln(rank - 1) / ln(items) * ${mostPoints - 2}) ORDER BY rank`,
        facts: `SELECT 2 * sum(place * n) / (count(*) * sum(n)) - (count(*) + 1) / count(*) AS gini, sum(n) FILTER (rank <= greatest(1, ceil(items * 0.01))) / sum(n) AS top
FROM (SELECT n, CAST(row_number() OVER (ORDER BY n, item_id) AS DOUBLE) AS place, row_number() OVER (ORDER BY n DESC, item_id) AS rank, CAST(count(*) OVER () AS DOUBLE) AS items FROM per_item)`,
        sampled: null,
      };
    case 'activity':
      return {
        body: `SELECT 'users' AS kind, CAST(power(2, floor(log2(n) + 1e-9)) AS BIGINT) AS least, count(*) AS number FROM per_user GROUP BY ALL
UNION ALL SELECT 'items', CAST(power(2, floor(log2(n) + 1e-9)) AS BIGINT), count(*) FROM per_item GROUP BY ALL ORDER BY 1 DESC, 2`,
        facts:
          'SELECT (SELECT median(n) FROM per_user) AS users, (SELECT median(n) FROM per_item) AS items, (SELECT count(*) FILTER (n = 1) / CAST(count(*) AS DOUBLE) FROM per_user) AS once',
        sampled: null,
      };
    case 'newcomers':
      return {
        body: `SELECT strftime(date_trunc('${bucket}', first), '%Y-%m-%d') AS moment, 'items' AS kind, count(*) AS number FROM per_item WHERE first IS NOT NULL GROUP BY ALL
UNION ALL SELECT strftime(date_trunc('${bucket}', first), '%Y-%m-%d'), 'users', count(*) FROM per_user WHERE first IS NOT NULL GROUP BY ALL ORDER BY 1, 2`,
        facts: `SELECT '${bucket}' AS bucket`,
        sampled: null,
      };
    case 'cold-start':
      return coldStart();
    case 'sessions':
      return sessions(ground);
    case 'hours':
      return {
        body: 'SELECT isodow(timestamp) AS weekday, hour(timestamp) AS hour, count(*) AS interactions FROM chosen WHERE timestamp IS NOT NULL GROUP BY ALL ORDER BY ALL',
        sampled: null,
      };
    case 'cohorts':
      return cohorts(ground);
    case 'together':
      return together(ground);
  }
}
