import { openView } from '../../store/store.ts';

/** The tabs of Serve, in their order. */
export const serveTabs = [
  ['traffic', 'Traffic'],
  ['requests', 'Requests'],
  ['try', 'Try'],
  ['keys', 'Keys'],
  ['versions', 'Versions'],
] as const;

export type ServeTab = (typeof serveTabs)[number][0];

export function openServeTab(tab: ServeTab): void {
  openView('serve', { tab });
}
