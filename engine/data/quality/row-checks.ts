import { type Check, counted } from './check.ts';

const described = (row = ''): string =>
  `concat_ws(' ', ${row}user_id, ${row}event_type, ${row}item_id, strftime(${row}timestamp, '%Y-%m-%d %H:%M:%S'), ${row}value)`;

/** A check that finds rows, which are taken out by one click. */
function rowCheck(check: Omit<Check, 'find' | 'unit' | 'sql'> & { places: string; label: string }): Check {
  const { places, label, ...rest } = check;
  const sql = `SELECT * FROM interactions WHERE rowid IN (${places})`;
  return {
    ...rest,
    unit: 'rows',
    sql,
    async find(session) {
      const found = await counted(
        session,
        `SELECT count(*) AS count, any_value(${described()}) AS example FROM interactions WHERE rowid IN (${places})`,
      );
      return { ...found, ...(found.count > 0 ? { fix: { kind: 'rows', label, places } } : {}) };
    },
  };
}

const content = 'user_id, item_id, event_type, timestamp, value, session_id';

export const duplicates = rowCheck({
  id: 'duplicates',
  title: 'The same event under several ids',
  why: 'A writer that tried again counts what a user did twice, which models take for a stronger taste.',
  grave: true,
  advice: 'The first of each stays.',
  label: 'Take out all but the first',
  places: `SELECT rowid FROM interactions WHERE timestamp IS NOT NULL QUALIFY row_number() OVER (PARTITION BY ${content} ORDER BY rowid) > 1`,
});

export const bursts = rowCheck({
  id: 'bursts',
  title: 'Repeats within a second',
  why: 'A double click or a page that reloads itself is one thing that somebody did.',
  grave: true,
  advice: 'Of events of one user, item and type that follow each other within a second the first stays.',
  label: 'Take out the repeats',
  places: `SELECT place FROM (SELECT rowid AS place, timestamp - lag(timestamp) OVER (PARTITION BY user_id, item_id, event_type ORDER BY timestamp, rowid) AS since, lag(timestamp) OVER (PARTITION BY user_id, item_id, event_type ORDER BY timestamp, rowid) AS before, timestamp FROM interactions WHERE timestamp IS NOT NULL)
  WHERE since <= INTERVAL '1 second' AND timestamp > before`,
});

export const future = rowCheck({
  id: 'future',
  title: 'Times that are still to come',
  why: 'A clock that runs ahead puts events into every test set by time, and makes all others old.',
  grave: true,
  advice: 'Times of more than a day from now.',
  label: 'Take these rows out',
  places: "SELECT rowid FROM interactions WHERE timestamp > now() AT TIME ZONE 'UTC' + INTERVAL '1 day'",
});

/** The top of the scale that nearly all ratings keep to. */
const scale =
  "SELECT CASE WHEN q <= 1 THEN 1 WHEN q <= 5 THEN 5 WHEN q <= 10 THEN 10 WHEN q <= 100 THEN 100 ELSE q END AS top FROM (SELECT quantile_cont(value, 0.95) AS q FROM interactions WHERE event_type = 'rating')";

export const ratings = rowCheck({
  id: 'ratings',
  title: 'Ratings off the scale',
  why: 'What counts as a good rating is told from the highest one: a single 999 makes all others bad.',
  grave: true,
  advice: 'The scale ends at 1, 5, 10 or 100, whichever 95 % of the ratings keep to, and begins at 0.',
  label: 'Take these ratings out',
  places: `SELECT rowid FROM interactions WHERE event_type = 'rating' AND (value < 0 OR value > (SELECT top FROM (${scale})))`,
});

/** Users whose busiest day is far from what others do: log2 of it above the median by so many robust standard deviations, and at least 200. */
const robots = `WITH busiest AS (SELECT user_id, max(n) AS n FROM (SELECT user_id, count(*) AS n FROM interactions WHERE timestamp IS NOT NULL GROUP BY user_id, date_trunc('day', timestamp)) GROUP BY user_id),
  middle AS (SELECT median(log2(n)) AS m, greatest(0.5, 1.4826 * mad(log2(n))) AS s FROM busiest)
SELECT user_id, n FROM busiest, middle WHERE n >= 200 AND log2(n) > m + 5 * s`;

export const bots: Check = {
  id: 'bots',
  title: 'Users who do more than people can',
  why: 'A crawler sees the whole catalogue: models learn from it that everything goes with everything.',
  unit: 'users',
  grave: true,
  advice:
    'Their busiest day has at least 200 interactions and lies five robust standard deviations above the median of all users, in doublings. Look at them before they go.',
  sql: robots,
  async find(session) {
    const found = await counted(
      session,
      `SELECT count(*) AS count, arg_max(user_id || ', ' || n || ' on one day', n) AS example FROM (${robots})`,
    );
    const places = `SELECT rowid FROM interactions WHERE user_id IN (SELECT user_id FROM (${robots}))`;
    return { ...found, ...(found.count > 0 ? { fix: { kind: 'rows', label: 'Take out all of theirs', places } } : {}) };
  },
};

const backward = `SELECT user_id, item_id, timestamp, before, import_id FROM (SELECT user_id, item_id, timestamp, import_id, lag(timestamp) OVER (PARTITION BY import_id ORDER BY rowid) AS before FROM interactions WHERE timestamp IS NOT NULL)
  WHERE before - timestamp > INTERVAL '1 day'`;

export const clockJumps: Check = {
  id: 'clock-jumps',
  title: 'Clocks that jump back',
  why: 'In a log that is written in the order of time, a jump of more than a day back is a clock that was set, or two logs in one.',
  unit: 'places',
  grave: false,
  advice: 'Only of imports where nine of ten rows follow the one before. Look where the file comes from.',
  sql: backward,
  async find(session) {
    const ordered = `SELECT import_id FROM (SELECT import_id, timestamp >= lag(timestamp) OVER (PARTITION BY import_id ORDER BY rowid) AS onward FROM interactions WHERE timestamp IS NOT NULL) GROUP BY import_id HAVING avg(CAST(coalesce(onward, true) AS INTEGER)) >= 0.9`;
    return counted(
      session,
      `SELECT count(*) AS count, any_value(strftime(before, '%Y-%m-%d %H:%M') || ' is followed by ' || strftime(timestamp, '%Y-%m-%d %H:%M')) AS example FROM (${backward}) WHERE import_id IN (${ordered})`,
    );
  },
};

const once = 'SELECT user_id FROM interactions GROUP BY user_id HAVING count(*) = 1';

export const single: Check = {
  id: 'single',
  title: 'Users who came once',
  why: 'Nobody can be trained and tested on one event: they are strangers to every model.',
  unit: 'users',
  grave: false,
  advice: 'A dataset with a k-core leaves them out; serving takes them as they are.',
  sql: once,
  find: (session) => counted(session, `SELECT count(*) AS count, any_value(user_id) AS example FROM (${once})`),
};
