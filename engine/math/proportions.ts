/** So many successes among so many trials. */
export interface Proportion {
  successes: number;
  trials: number;
}

export interface Interval {
  low: number;
  high: number;
}

/** The 97.5 % point of the normal distribution: intervals hold 95 %. */
const z95 = 1.959963984540054;

const rateOf = ({ successes, trials }: Proportion): number => successes / trials;

/**
 * 95 % score interval of a proportion (Wilson 1927, JASA 22:209):
 *
 *   (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
 *
 * It stays within 0 and 1 and holds for few trials, too. Null without a trial.
 */
export function wilsonInterval(proportion: Proportion): Interval | null {
  const { trials: n } = proportion;
  if (n === 0) return null;
  const p = rateOf(proportion);
  const square = z95 ** 2;
  const middle = p + square / (2 * n);
  const half = z95 * Math.sqrt((p * (1 - p)) / n + square / (4 * n ** 2));
  const scale = 1 + square / n;
  return { low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale) };
}

/**
 * 95 % interval of the difference `treatment − control` of two independent proportions, of their Wilson intervals (l, u) (Newcombe 1998, Statistics in Medicine
 * 17:873, method 10):
 *
 *   d − √((p_t − l_t)² + (u_c − p_c)²)   to   d + √((u_t − p_t)² + (p_c − l_c)²)
 *
 * Null where either has no trial.
 */
export function differenceInterval(control: Proportion, treatment: Proportion): Interval | null {
  const [c, t] = [wilsonInterval(control), wilsonInterval(treatment)];
  if (!c || !t) return null;
  const [pc, pt] = [rateOf(control), rateOf(treatment)];
  const difference = pt - pc;
  return { low: difference - Math.hypot(pt - t.low, c.high - pc), high: difference + Math.hypot(t.high - pt, pc - c.low) };
}

/**
 * Likelihood ratio of the mixture sequential probability ratio test for a difference of two proportions (Johari, Koomen, Pekelis and Walsh 2017, "Peeking at A/B
 * Tests", KDD; the normal mixture for two streams of successes, written for unequal arms): against "no difference" stands a difference drawn from N(0, τ²).
 *
 *   Λ = √(V / (V + τ²)) · exp(τ²·d² / (2V·(V + τ²)))     d = p_t − p_c     V = p(1 − p)·(1/n_c + 1/n_t)
 *
 * with p over both arms, which is the variance where there is no difference, and does not vanish where one arm has no success yet. Where there is no difference,
 * Λ ever reaches 1/α with a probability of at most α, however often one looks (Ville's inequality; normal approximation).
 * 1 where nothing can be said.
 */
export function mixtureLikelihoodRatio(control: Proportion, treatment: Proportion, tau: number): number {
  if (control.trials === 0 || treatment.trials === 0) return 1;
  const pooled = (control.successes + treatment.successes) / (control.trials + treatment.trials);
  const variance = pooled * (1 - pooled) * (1 / control.trials + 1 / treatment.trials);
  if (variance === 0) return 1;
  const mixed = variance + tau ** 2;
  const difference = rateOf(treatment) - rateOf(control);
  return Math.sqrt(variance / mixed) * Math.exp((tau ** 2 * difference ** 2) / (2 * variance * mixed));
}
