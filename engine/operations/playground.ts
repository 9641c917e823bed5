import { reportOf } from '#contract/errors';
import type { ItemCard, NewcomerView, Recommendation, UserView } from '#contract/run';
import { readAttributes, readHistory, searchItems } from '../data/entities.ts';
import { quietWork } from '../jobs/work-context.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { listFor, partsOf, personOf, readRetrievalRun, strangerWith, trainedPerson } from './run-lists.ts';

const historyShown = 200;

/** Items with their attributes, by id. */
async function cardsOf(context: EngineContext, ids: string[]): Promise<(itemId: string) => ItemCard> {
  const attributes = await readAttributes(requireSession(context).database, 'items', [...new Set(ids)]);
  return (itemId) => ({ itemId, attributes: attributes.get(itemId) ?? {} });
}

/** A user's history, and the run's recommendations with the items' attributes. Who came after the training is folded in by what they have had. */
export async function viewUser(context: EngineContext, input: { run: string; user: string; k: number }): Promise<UserView> {
  const { database } = requireSession(context);
  const run = await readRetrievalRun(context, input.run);
  const parts = await partsOf(context, run.id);
  const history = await readHistory(database, input.user, historyShown);
  const person = await personOf(context, run, parts, input.user);
  let recommendations: Recommendation[] = [];
  let source = 'Nothing to go by: the run knows nothing positive that this user has had. Try “Someone new” with items that they like.';
  if (person) {
    source = person.row < 0 ? `${run.label}, by what this user has had since the training` : run.label;
    try {
      recommendations = await listFor(context, run, parts, person, Math.min(input.k, parts.ids.items.length), quietWork);
    } catch (error) {
      const { code, message } = reportOf(error);
      if (code !== 'unsupported') throw error;
      source = message;
    }
  }
  const card = await cardsOf(
    context,
    [...history, ...recommendations].map(({ itemId }) => itemId),
  );
  const had = new Set(history.map((entry) => entry.itemId));
  const row = parts.ids.users.indexOf(input.user);
  const learned = new Set(row < 0 ? [] : Array.from(trainedPerson(parts, row).items, (item) => parts.ids.items[item] as string));
  return {
    userId: input.user,
    attributes: (await readAttributes(database, 'users', [input.user])).get(input.user) ?? {},
    history: history.map(({ itemId, ...entry }) => ({ item: card(itemId), ...entry, trained: learned.has(itemId) })),
    // Training items are left out of the lists, so what is in the history all the same came later.
    recommendations: recommendations.map(({ itemId, score, rank }) => ({
      item: card(itemId),
      score,
      rank,
      later: person !== null && person.row >= 0 && had.has(itemId),
    })),
    source,
  };
}

/** Recommendations for somebody unknown who has these items, oldest first. */
export async function viewNewcomer(context: EngineContext, input: { run: string; items: string[]; k: number }): Promise<NewcomerView> {
  const run = await readRetrievalRun(context, input.run);
  const parts = await partsOf(context, run.id);
  const { person, unknown } = strangerWith(run, parts, input.items);
  const list = await listFor(context, run, parts, person, Math.min(input.k, parts.ids.items.length), quietWork);
  const card = await cardsOf(
    context,
    list.map(({ itemId }) => itemId),
  );
  return {
    recommendations: list.map(({ itemId, score, rank }) => ({ item: card(itemId), score, rank, later: false })),
    source: unknown.length > 0 ? `${run.label}, which does not know ${unknown.length} of the items` : run.label,
  };
}

/** Items of a run to pick from. */
export async function itemsToPick(context: EngineContext, input: { run: string; query: string; limit: number }): Promise<ItemCard[]> {
  const { ids } = await partsOf(context, input.run);
  const known = new Set(ids.items);
  // Some of what the workspace has came after the run.
  const found = await searchItems(requireSession(context).database, input.query, 4 * input.limit);
  const shown = found.filter((id) => known.has(id)).slice(0, input.limit);
  return shown.map(await cardsOf(context, shown));
}
