import type { QualityCheck } from '#contract/quality';
import { countOf } from '../../../format/numbers.ts';

export const levelText = (level: QualityCheck['level']): string => ({ good: 'good', known: 'to know', look: 'look at it' })[level];

const ranks = { look: 0, known: 1, good: 2 } as const;

/** What needs a look first; within that as the engine has them, gravest first. */
export const inOrder = (checks: readonly QualityCheck[]): QualityCheck[] => [...checks].sort((a, b) => ranks[a.level] - ranks[b.level]);

/** `1 user`, `1,200 rows`. */
export const countText = ({ count, unit }: Pick<QualityCheck, 'count' | 'unit'>): string => countOf(count, unit.replace(/s$/, ''), unit);

/** `2 of 14 checks need a look`. */
export function summaryText(checks: readonly QualityCheck[]): string {
  const look = checks.filter(({ level }) => level === 'look').length;
  return look === 0
    ? `${countOf(checks.length, 'check')}, none needs a look`
    : `${look} of ${checks.length} checks ${look === 1 ? 'needs' : 'need'} a look`;
}

/** What a fix is about to do, to be confirmed. */
export function fixText({ title, count, unit, fix, advice }: QualityCheck): string {
  return `${title}: ${countText({ count, unit })}. ${fix?.label ?? ''}? ${advice} Undo fix brings back what was there.`;
}
