import type { PresetName } from '#contract/data';
import { eventTypes } from './generated-catalogue.ts';

/** What tells one kind of product from another. */
export interface Preset {
  /** From what many do to what few do. */
  eventTypes: readonly [string, string, string, string];
  /** Events of a session, on average. */
  sessionEvents: number;
  /** Chance that the next item is of the topic of the last one. */
  dwell: number;
  /** Chance that an item that was met may be met again. */
  repeat: number;
  /** Days in which an item's draw falls to a third after it appeared; null where items are there from the first day on and stay. */
  lifeDays: number | null;
  /** Levels that users rise from the first day to the last, and how strongly what suits their level draws them; 0 where level is only taste. */
  rise: number;
  suits: number;
}

const plain: Preset = { eventTypes, sessionEvents: 5, dwell: 0.4, repeat: 0, lifeDays: null, rise: 0, suits: 0 };

/** Learning content as ever, and four products that differ in what a model has to get right. */
export const presets: Record<PresetName, Preset> = {
  plain,
  /** Articles live for days: yesterday's model knows nothing of today's. */
  news: { ...plain, sessionEvents: 7, dwell: 0.25, lifeDays: 2 },
  /** People come back for what they bought, and look within a topic before they do. */
  shop: { ...plain, eventTypes: ['view', 'click', 'cart', 'purchase'], sessionEvents: 6, dwell: 0.6, repeat: 0.25 },
  /** Long sittings, some favourites again and again, a catalogue that turns over in months. */
  video: { ...plain, sessionEvents: 9, dwell: 0.5, repeat: 0.1, lifeDays: 30 },
  /** What suits depends on how far somebody has come, and they do come further. */
  learning: { ...plain, eventTypes: ['view', 'start', 'complete', 'share'], sessionEvents: 4, dwell: 0.7, rise: 2, suits: 0.6 },
};
