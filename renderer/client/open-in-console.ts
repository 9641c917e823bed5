import { openView, useStore } from '../store/store.ts';

/** Opens the SQL console with a statement in its editor. What stood there stays below it. */
export function openInConsole(sql: string): void {
  const before = (useStore.getState().views.sql as { text?: string } | undefined)?.text?.trim() ?? '';
  const text = before === '' || before === sql.trim() ? sql.trim() : `${sql.trim()};\n\n${before}`;
  openView('sql', { text });
}
