/** What a chart draws: Plotly's traces and layout, a caption that the data says, and the same as a table. */
export interface Figure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown>;
  caption: string;
  table: { columns: string[]; rows: (string | number)[][] };
}

/** A table as CSV, quoted where it must be. */
export function toCsv(table: Figure['table']): string {
  const cell = (value: string | number) => {
    const text = String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [table.columns, ...table.rows].map((row) => row.map(cell).join(',')).join('\n');
}
