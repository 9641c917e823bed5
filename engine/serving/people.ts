import type { Basis } from '#contract/api/recommend-routes';
import type { LoadedBundle } from '../bundles/contents.ts';
import { widenInteractionState } from '../features/interaction-state.ts';
import type { RankingFeatures } from '../features/ranking-features.ts';
import { type Attributes, createAttributeVectors } from './attribute-vectors.ts';
import type { FoldIn } from './fold-in.ts';
import { positiveWeight } from './positive-weight.ts';
import type { UserEvents } from './user-events.ts';

/** Rows beside the bundle's own users: for those who came since, and the last one for whoever is asked for once. */
const newcomerRows = 4096;
const spareRows = newcomerRows + 1;

/** So many of a user's newest events make the vector of a newcomer. */
const foldedEvents = 50;
/** Among so many, items that the bundle does not know are passed over. */
const lookedAtEvents = 500;

/** Who is asked for, as the stages see them. */
export interface Person {
  /** Row of the vector and of the ranker's features; -1 for somebody of whom nothing is known. */
  row: number;
  basis: Basis;
}

export interface AskedPerson {
  userId: string;
  events: UserEvents;
  /** Had in this session, oldest first. */
  items?: readonly string[] | undefined;
  attributes?: Attributes | undefined;
}

/** The users of a bundle, and those whom it does not know. */
export interface People {
  find(asked: AskedPerson, nowMs: number): Person;
  /** The row in which an event of this user counts; -1 where they have none. */
  rowOf(userId: string): number;
  /** A stranger from now on, until events make somebody new of them. */
  forget(userId: string): void;
}

/** A bundle with room for newcomers; its own users keep their rows. */
export function withSpareRows(bundle: LoadedBundle): LoadedBundle {
  const { rows, columns, data } = bundle.userEmbeddings;
  const wider = new Float32Array((rows + spareRows) * columns);
  wider.set(data);
  const ranker = bundle.ranker && widenInteractionState(bundle.ranker, rows + spareRows, bundle.itemEmbeddings.rows);
  return { ...bundle, ranker, userEmbeddings: { rows: rows + spareRows, columns, data: wider } };
}

interface PeopleParts {
  /** With spare rows. */
  bundle: LoadedBundle;
  /** Without those who are forgotten. */
  userRows: Map<string, number>;
  itemRows: ReadonlyMap<string, number>;
  foldIn: FoldIn;
  features: RankingFeatures | null;
}

/**
 * Finds out what is known of a user, the most telling first: what training learned; items of the session; events received since; attributes; nothing. Vectors of
 * newcomers are folded in when they are first asked for after an event, and kept in spare rows, the longest unused of which go to others.
 */
export function createPeople({ bundle, userRows, itemRows, foldIn, features }: PeopleParts): People {
  const { known, userEmbeddings } = bundle;
  const { columns } = userEmbeddings;
  const ownUsers = bundle.userIds.length;
  const onceRow = ownUsers + newcomerRows;
  const newcomers = new Map<string, { row: number; version: number; folded: boolean }>();
  const vectorsByAttributes = createAttributeVectors(bundle);

  const rowsOf = (ids: readonly string[]): number[] => ids.flatMap((id) => itemRows.get(id) ?? []);

  /** The newest events whose items the bundle knows, those that would have counted in training, or all where none would; oldest first. */
  const tellingEvents = (events: UserEvents): { itemRow: number; timestampMs: number; positive: boolean }[] => {
    const found = events.newest(lookedAtEvents).flatMap((event) => {
      const itemRow = itemRows.get(event.item_id);
      const positive = positiveWeight(event, bundle.manifest.positives) > 0;
      return itemRow === undefined ? [] : [{ itemRow, timestampMs: event.timestampMs, positive }];
    });
    const positive = found.filter((event) => event.positive);
    return (positive.length > 0 ? positive : found).slice(0, foldedEvents).reverse();
  };
  const foldedRows = (events: UserEvents): number[] => tellingEvents(events).map(({ itemRow }) => itemRow);

  const takeRow = (telling: ReturnType<typeof tellingEvents>): { row: number; version: number; folded: boolean } => {
    const [oldest] = newcomers;
    const row = newcomers.size < newcomerRows || !oldest ? ownUsers + newcomers.size : oldest[1].row;
    if (newcomers.size >= newcomerRows && oldest) newcomers.delete(oldest[0]);
    // Only what the ranker counts: the others made a vector, for want of better.
    features?.restartUser(
      row,
      telling.filter(({ positive }) => positive),
    );
    return { row, version: -1, folded: false };
  };

  /** The row of a newcomer who has had something that the bundle knows; -1 for others. */
  const newcomerRow = (userId: string, events: UserEvents): number => {
    const before = newcomers.get(userId);
    const telling = before?.version === events.version ? null : tellingEvents(events);
    if (!before && telling?.length === 0) return -1;
    newcomers.delete(userId);
    const newcomer = before ?? takeRow(telling ?? []);
    newcomers.set(userId, newcomer);
    if (telling) {
      const vector = foldIn.vectorOf(telling.map(({ itemRow }) => itemRow));
      newcomer.folded = vector !== null;
      newcomer.version = events.version;
      if (vector) userEmbeddings.data.set(vector, newcomer.row * columns);
    }
    return newcomer.folded ? newcomer.row : -1;
  };

  const once = (vector: Float32Array, had: readonly number[], nowMs: number, basis: Basis): Person => {
    userEmbeddings.data.set(vector, onceRow * columns);
    features?.restartUser(
      onceRow,
      had.map((itemRow) => ({ itemRow, timestampMs: nowMs })),
    );
    return { row: onceRow, basis };
  };

  return {
    rowOf(userId) {
      const own = userRows.get(userId) ?? -1;
      // Who has a row of the bundle, and no vector in it, is served as a newcomer.
      return own >= 0 && known[own] === 1 ? own : (newcomers.get(userId)?.row ?? own);
    },
    forget(userId) {
      userRows.delete(userId);
      const newcomer = newcomers.get(userId);
      if (!newcomer) return;
      newcomers.delete(userId);
      userEmbeddings.data.fill(0, newcomer.row * columns, (newcomer.row + 1) * columns);
      features?.restartUser(newcomer.row, []);
      // The row stays taken, by nobody, until its turn comes: rows are counted by their users.
      newcomers.set(`\0${newcomer.row}`, { row: newcomer.row, version: -1, folded: false });
    },
    find({ userId, events, items = [], attributes }, nowMs) {
      const own = userRows.get(userId);
      if (own !== undefined && known[own] === 1) return { row: own, basis: 'user' };
      const session = rowsOf(items);
      if (session.length > 0) {
        const had = [...foldedRows(events), ...session];
        const vector = foldIn.vectorOf(had);
        if (vector) return once(vector, had, nowMs, 'items');
      }
      const row = events.version > 0 ? newcomerRow(userId, events) : -1;
      if (row >= 0) return { row, basis: 'events' };
      const vector = attributes ? vectorsByAttributes(attributes) : null;
      return vector ? once(vector, [], nowMs, 'attributes') : { row: -1, basis: 'nothing' };
    },
  };
}
