/** A name as SQL: `my "col"` → `"my ""col"""`. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL: it's → 'it''s'. For places where a statement takes no parameter, such as the path of a table function. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The path of a file to read as SQL, taken literally: signs that DuckDB would take for a pattern stand for themselves. */
export function quotePath(path: string): string {
  return quoteText(path.replace(/[*?[]/g, '[$&]'));
}
