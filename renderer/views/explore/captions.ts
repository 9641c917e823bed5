import type { Explored } from '#contract/explore';
import { countOf, formatCount, formatShare } from '../../format/numbers.ts';
import { numberOf, sampleText, textOf } from './explored.ts';

const none = 'There are no interactions to look at.';
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function largest<T>(list: readonly T[], of: (one: T) => number): T | undefined {
  return list.reduce<T | undefined>((best, one) => (best === undefined || of(one) > of(best) ? one : best), undefined);
}

function sums(rows: Explored['rows'], key: number, value: number): Map<string, number> {
  const found = new Map<string, number>();
  for (const row of rows) found.set(textOf(row[key]), (found.get(textOf(row[key])) ?? 0) + numberOf(row[value]));
  return found;
}

export function timeCaption({ rows }: Explored): string {
  const byTime = largest([...sums(rows, 0, 2)], ([, count]) => count);
  const byType = largest([...sums(rows, 1, 2)], ([, count]) => count);
  if (!byTime || !byType) return 'The interactions have no times.';
  const all = rows.reduce((sum, row) => sum + numberOf(row[2]), 0);
  return `Most happened on ${byTime[0].slice(0, 10)}, ${countOf(byTime[1], 'interaction')}; ${formatShare(byType[1] / all)} of all are of type ${byType[0]}.`;
}

export function popularityCaption({ rows, facts }: Explored): string {
  const items = numberOf(rows.at(-1)?.[0]);
  if (items === 0) return none;
  const half = numberOf(rows.find((row) => numberOf(row[2]) >= 0.5)?.[0]);
  return `The top 1 % of items take ${formatShare(numberOf(facts.top))} of all interactions, and half of all go to ${formatCount(half)} of ${countOf(items, 'item')}: Gini ${numberOf(facts.gini).toFixed(2)}.`;
}

export function activityCaption({ rows, facts }: Explored): string {
  if (rows.length === 0) return none;
  return `Half of the users have ${formatCount(numberOf(facts.users))} or fewer interactions and half of the items ${formatCount(numberOf(facts.items))} or fewer; ${formatShare(numberOf(facts.once))} of the users came once.`;
}

export function newcomersCaption({ rows, facts }: Explored): string {
  if (rows.length === 0) return 'The interactions have no times.';
  const items = rows.filter((row) => row[1] === 'items');
  const all = items.reduce((sum, row) => sum + numberOf(row[2]), 0);
  const moments = [...new Set(rows.map((row) => textOf(row[0])))].sort();
  const second = new Set(moments.slice(Math.ceil(moments.length / 2)));
  const late = items.filter((row) => second.has(textOf(row[0]))).reduce((sum, row) => sum + numberOf(row[2]), 0);
  if (moments.length < 2) return `All ${countOf(all, 'item')} were first seen in one ${textOf(facts.bucket)}.`;
  return `${formatShare(all === 0 ? 0 : late / all)} of ${countOf(all, 'item')} were first seen in the later half of the time, from ${[...second][0]} on.`;
}

const splitNames: Record<string, string> = { time: 'Last fifth by time', last: 'Last of each user', random: 'Random fifth' };
export const splitName = (split: string): string => splitNames[split] ?? split;

export function coldStartCaption({ rows }: Explored): string {
  const time = rows.find((row) => row[0] === 'time');
  if (!time || time[1] === null) return none;
  return `Split by time, ${formatShare(numberOf(time[1]))} of the test interactions are of users and ${formatShare(numberOf(time[2]))} of items that training has not seen.`;
}

export function sessionsCaption(explored: Explored): string {
  const { rows, facts } = explored;
  const all = rows.reduce((sum, row) => sum + numberOf(row[1]), 0);
  if (all === 0) return 'Without times or sessions there are no sittings to count.';
  const single = numberOf(rows.find((row) => numberOf(row[0]) === 1)?.[1]);
  const rule = facts.given === true ? 'by their session ids' : 'where a pause of 30 minutes ends one';
  return `Half of the sessions hold ${formatCount(numberOf(facts.median))} or fewer interactions, ${numberOf(facts.mean).toFixed(1)} on average, and ${formatShare(single / all)} a single one, ${rule}.${sampleText(explored)}`;
}

export function hoursCaption({ rows }: Explored): string {
  const most = largest(rows, (row) => numberOf(row[2]));
  if (!most) return 'The interactions have no times.';
  const all = rows.reduce((sum, row) => sum + numberOf(row[2]), 0);
  const weekend = rows.filter((row) => numberOf(row[0]) > 5).reduce((sum, row) => sum + numberOf(row[2]), 0);
  return `The busiest hour is ${days[numberOf(most[0]) - 1]} from ${numberOf(most[1])}:00 (UTC); ${formatShare(weekend / all)} of all fall on a weekend, which is 29 % of the week.`;
}

export function cohortsCaption(explored: Explored): string {
  const { rows, facts } = explored;
  const totals = [...sums(rows, 1, 2)].sort((a, b) => b[1] - a[1]);
  const [first] = totals;
  if (!first) return 'Without times there are no cohorts.';
  const all = rows.reduce((sum, row) => sum + numberOf(row[2]), 0);
  const cohorts = [...sums(rows, 0, 2)];
  const share = (cohort: string): number =>
    rows.filter((row) => row[0] === cohort && row[1] === first[0]).reduce((sum, row) => sum + numberOf(row[2]), 0) /
    (cohorts.find(([name]) => name === cohort)?.[1] ?? 1);
  const [oldest, newest] = [cohorts[0]?.[0] ?? '', cohorts.at(-1)?.[0] ?? ''];
  const change =
    cohorts.length > 1
      ? `, ${formatShare(share(oldest))} with users of ${oldest} and ${formatShare(share(newest))} with those of ${newest}`
      : '';
  return `${textOf(facts.category)} ${first[0]} takes ${formatShare(first[1] / all)} of all${change}.${sampleText(explored)}`;
}

export function togetherCaption(explored: Explored): string {
  const most = largest(explored.rows, (row) => numberOf(row[3]));
  if (!most) return 'No user has two of the most popular items.';
  return `${textOf(most[0])} and ${textOf(most[1])} go together most: ${countOf(numberOf(most[2]), 'user')} ${numberOf(most[2]) === 1 ? 'has' : 'have'} both, ${numberOf(most[3]).toFixed(1)} times as many as chance would give.${sampleText(explored)}`;
}
