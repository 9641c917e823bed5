import type { DatasetRecipe, DatasetStep } from '#contract/dataset';
import type { WorkContext } from '../jobs/work-context.ts';
import type { Session } from './session.ts';
import { quoteText } from './sql.ts';
import { watched } from './watched.ts';

/** Rows of the interactions that are still chosen, by their place. */
export const chosen = 'chosen_interactions';

interface Step {
  name: string;
  /** SQL of what leaves. */
  leaves: string;
}

const moment = (text: string): string => `make_timestamp(epoch_us(CAST(${quoteText(text)} AS TIMESTAMPTZ)))`;

/** Users by a hash of id and seed that is the same on every machine: the share of them whose first 48 bits fall below. */
const drawn = (share: number, seed: number): string =>
  `CAST('0x' || substr(md5(user_id || ${quoteText(`:${seed}`)}), 1, 12) AS BIGINT) < ${Math.floor(share * 2 ** 48)}`;

function stepsOf(recipe: DatasetRecipe): Step[] {
  const steps: Step[] = [];
  if (recipe.from !== undefined || recipe.to !== undefined) {
    const outside = [
      ...(recipe.from === undefined ? [] : [`timestamp < ${moment(recipe.from)}`]),
      ...(recipe.to === undefined ? [] : [`timestamp >= ${moment(recipe.to)}`]),
    ];
    steps.push({ name: 'Time window', leaves: `timestamp IS NULL OR ${outside.join(' OR ')}` });
  }
  if (recipe.eventTypes) steps.push({ name: 'Event types', leaves: `event_type NOT IN (${recipe.eventTypes.map(quoteText).join(', ')})` });
  if (recipe.minValue !== undefined) steps.push({ name: 'Least value', leaves: `value < ${recipe.minValue}` });
  if (recipe.mostPerDay !== undefined) {
    const robots = `SELECT user_id FROM ${chosen} WHERE timestamp IS NOT NULL GROUP BY user_id, date_trunc('day', timestamp) HAVING count(*) > ${recipe.mostPerDay}`;
    steps.push({ name: 'Robots', leaves: `user_id IN (${robots})` });
  }
  if (recipe.once !== undefined) {
    const order = recipe.once === 'first' ? 'timestamp ASC NULLS LAST, place ASC' : 'timestamp DESC NULLS LAST, place DESC';
    steps.push({
      name: recipe.once === 'first' ? 'First of each user and item' : 'Last of each user and item',
      leaves: `place IN (SELECT place FROM ${chosen} QUALIFY row_number() OVER (PARTITION BY user_id, item_id ORDER BY ${order}) > 1)`,
    });
  }
  if (recipe.userShare !== undefined) steps.push({ name: 'Sample of users', leaves: `NOT (${drawn(recipe.userShare, recipe.seed)})` });
  return steps;
}

interface Counts {
  interactions: number;
  users: number;
  items: number;
}

const count = (session: Session): Promise<Counts> =>
  session.row<Counts & Record<string, unknown>>(
    `SELECT CAST(count(*) AS DOUBLE) AS interactions, CAST(count(DISTINCT user_id) AS DOUBLE) AS users, CAST(count(DISTINCT item_id) AS DOUBLE) AS items FROM ${chosen}`,
  );

/** Takes rows away, and says which one for example. */
async function takeAway(session: Session, leaves: string): Promise<string | null> {
  const [row] = await session.rows<{ text: string }>(
    `SELECT concat_ws(' ', user_id, event_type, item_id, strftime(timestamp, '%Y-%m-%d %H:%M'), value) AS text FROM ${chosen} WHERE ${leaves} LIMIT 1`,
  );
  if (row !== undefined) await session.run(`DELETE FROM ${chosen} WHERE ${leaves}`);
  return row?.text ?? null;
}

/** Takes users and items away that have too little, until none is left that has. Users count their different items, items their different users. */
async function takeCore(session: Session, perUser: number, perItem: number, ctx: WorkContext): Promise<string | null> {
  const few = (id: string, other: string, least: number): string =>
    `${id} IN (SELECT ${id} FROM ${chosen} GROUP BY ${id} HAVING count(DISTINCT ${other}) < ${least})`;
  let example: string | null = null;
  for (let round = 1; ; round++) {
    const users = perUser > 1 ? await takeAway(session, few('user_id', 'item_id', perUser)) : null;
    const items = perItem > 1 ? await takeAway(session, few('item_id', 'user_id', perItem)) : null;
    example ??= users ?? items;
    if (users === null && items === null) return example;
    await ctx.checkpoint({ phase: `Paring the core, round ${round}` });
  }
}

/** Goes through the steps of a recipe: what is left stands in the temporary table `chosen`. Gives what each step did, the whole first. */
export async function chooseInteractions(session: Session, recipe: DatasetRecipe, ctx: WorkContext): Promise<DatasetStep[]> {
  await watched(session, ctx, 'Reading the interactions', () =>
    session.run(
      `CREATE OR REPLACE TEMP TABLE ${chosen} AS SELECT rowid AS place, user_id, item_id, event_type, value, timestamp FROM interactions`,
    ),
  );
  let before = await count(session);
  const steps: DatasetStep[] = [{ step: 'All interactions', ...before, removed: 0, example: null }];
  const note = async (step: string, example: string | null): Promise<void> => {
    const now = await count(session);
    steps.push({ step, ...now, removed: before.interactions - now.interactions, example });
    before = now;
  };
  for (const { name, leaves } of stepsOf(recipe))
    await note(name, await watched(session, ctx, `Choosing by ${name.toLowerCase()}`, () => takeAway(session, leaves)));
  const { minPerUser = 1, minPerItem = 1 } = recipe;
  if (minPerUser > 1 || minPerItem > 1) {
    const parts = [...(minPerUser > 1 ? [`${minPerUser} items a user`] : []), ...(minPerItem > 1 ? [`${minPerItem} users an item`] : [])];
    await note(`Core: ${parts.join(', ')}`, await takeCore(session, minPerUser, minPerItem, ctx));
  }
  return steps;
}
