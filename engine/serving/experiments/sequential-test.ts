import { mixtureLikelihoodRatio, type Proportion } from '../../math/proportions.ts';

/** A look decides where the chance of being wrong, over all looks together, is at most this. */
export const alpha = 0.05;
/** Standard deviation of the differences that the test expects: the mixture is best at finding those of about 5 points. It must not be chosen from the data. */
export const tau = 0.05;
/** Before both arms have so many users, the normal approximation does not hold, and nothing is decided. */
export const fewestUsers = 100;

export type Verdict = 'harm' | 'win';

/** An always-valid test of one experiment: looked at whenever something new is known, as often as one likes. */
export interface SequentialTest {
  /** Users who had a success among users who were shown a list, by arm. Returns the verdict where this look decides. */
  look(control: Proportion, treatment: Proportion): Verdict | null;
  /** The always-valid p-value: the least of 1/Λ over all looks so far. */
  pValue(): number;
}

export function createSequentialTest(): SequentialTest {
  let least = 1;
  return {
    look(control, treatment) {
      if (control.trials < fewestUsers || treatment.trials < fewestUsers) return null;
      const ratio = mixtureLikelihoodRatio(control, treatment, tau);
      least = Math.min(least, 1 / ratio);
      if (ratio < 1 / alpha) return null;
      return treatment.successes / treatment.trials < control.successes / control.trials ? 'harm' : 'win';
    },
    pValue: () => least,
  };
}
