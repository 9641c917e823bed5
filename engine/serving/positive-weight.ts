import type { LoggedEvent } from '#contract/api/event-routes';
import type { PositiveRule } from '#contract/bundle';
import { defaultEventWeights } from '#contract/data';

/** A bundle of before the rule was kept: every event counts, by the default weights. */
const everything: PositiveRule = { minValue: null, appliesTo: 'ratings', eventTypes: null, weights: { ...defaultEventWeights } };

/** How much an event counts in the features of the ranker: as it would have in training; 0 where it would not have. */
export function positiveWeight({ event_type: type, value }: LoggedEvent, rule: PositiveRule = everything): number {
  if (rule.eventTypes !== null && !rule.eventTypes.includes(type)) return 0;
  const judged = rule.minValue !== null && value !== null && (rule.appliesTo === 'all' || type === 'rating');
  if (judged && value < (rule.minValue as number)) return 0;
  return Object.hasOwn(rule.weights, type) ? (rule.weights[type] as number) : 1;
}
