import type { Explored } from '#contract/explore';

type Cell = Explored['rows'][number][number];

export const numberOf = (cell: Cell | undefined): number => Number(cell ?? 0);
export const textOf = (cell: Cell | undefined): string => (cell === null || cell === undefined ? '' : String(cell));

/** What a sample leaves out, to be said at the end of a caption. */
export const sampleText = ({ sampled }: Pick<Explored, 'sampled'>): string =>
  sampled === null ? '' : ` Seen in ${(100 * sampled).toFixed(sampled < 0.1 ? 1 : 0)} % of the users.`;

/** A time as Plotly's date axes write it (2024-01-31 10:00:00.1234), as ISO of UTC. */
export function isoOfAxis(text: string): string {
  const plain = text.trim().replace(' ', 'T');
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(plain)
    ? `${plain}T00:00:00Z`
    : `${plain.replace(/(\.\d{3})\d*$/, '$1')}${/T\d{2}:\d{2}$/.test(plain) ? ':00' : ''}Z`;
  return new Date(whole).toISOString();
}
