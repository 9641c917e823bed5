import type { Run } from '#contract/run';
import { toCsv } from '../../charts/figure.ts';
import { metricLabel } from '../../format/metrics.ts';
import { formatMetric, formatStandardError } from '../../format/numbers.ts';
import { formatMoment } from '../../format/time.ts';
import { bestOf, type Column, valueText } from './compare-runs.ts';

export interface ExportedTable {
  /** In the order of the screen. */
  runs: readonly Run[];
  columns: readonly Column[];
  /** Runs whose numbers do not compare with the others'. */
  others: ReadonlySet<string>;
  oracle: Run['oracle'];
  /** What the runs were tested on. */
  setup: string;
}

export const exportFormats = ['CSV', 'Markdown', 'LaTeX'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Names of CSV columns that carry a unit. */
const unitNames: Record<string, string> = {
  seconds: 'training seconds',
  memory: 'peak memory bytes',
  latency: 'list milliseconds',
  createdAt: 'trained at',
};

/** Numbers as they are, with their intervals, for another program. */
function csvOf({ runs, columns, others }: ExportedTable): string {
  const withInterval = new Set(columns.filter(({ id }) => runs.some((run) => run.intervals?.[id])).map(({ id }) => id));
  const cells = (run: Run, column: Column): (string | number)[] => {
    const value = column.id === 'createdAt' ? run.createdAt : (column.value(run) ?? '');
    const [low, high] = run.intervals?.[column.id] ?? ['', ''];
    return withInterval.has(column.id) ? [value, low, high] : [value];
  };
  return toCsv({
    columns: [
      'model',
      'run',
      ...columns.flatMap(({ id }) => (withInterval.has(id) ? [id, `${id} low`, `${id} high`] : [unitNames[id] ?? id])),
      'other data',
    ],
    rows: runs.map((run) => [run.label, run.id, ...columns.flatMap((column) => cells(run, column)), others.has(run.id) ? 'yes' : 'no']),
  });
}

interface Marks {
  /** Text as the format wants it. */
  set: (text: string) => string;
  bold: (text: string) => string;
  plusMinus: string;
  other: string;
}

/** Heads and rows as on the screen: the best bold, standard errors behind, runs of other data marked. */
function textRows({ runs, columns, others, oracle }: ExportedTable, { set, bold, plusMinus, other }: Marks): string[][] {
  const comparable = runs.filter(({ id }) => !others.has(id));
  const cell = (run: Run, column: Column): string => {
    const value = column.value(run);
    if (value === undefined) return '–';
    if (column.id === 'createdAt') return set(formatMoment(run.createdAt));
    const text = set(valueText(column, value, 0));
    const best = !others.has(run.id) && value === bestOf(column, comparable);
    const error = run.errors[column.id];
    return `${best ? bold(text) : text}${error === undefined ? '' : ` ${plusMinus} ${formatStandardError(error)}`}`;
  };
  return [
    ['Model', ...columns.map(({ label }) => set(metricLabel(label)))],
    ...runs.map((run) => [`${set(run.label)}${others.has(run.id) ? other : ''}`, ...columns.map((column) => cell(run, column))]),
    ...(oracle
      ? [['Oracle (best reachable)', ...columns.map(({ id }) => (oracle[id] === undefined ? '' : set(formatMetric(oracle[id]))))]]
      : []),
  ];
}

const note = (table: ExportedTable): string =>
  [
    `${table.setup}.`,
    'Bold: the best of the column; ± standard error over test users.',
    table.others.size ? '*: other data, does not compare.' : '',
  ]
    .filter(Boolean)
    .join(' ');

function markdownOf(table: ExportedTable): string {
  const marked = (text: string): string => text.replaceAll('|', '\\|');
  const [head = [], ...rows] = textRows(table, { set: marked, bold: (text) => `**${text}**`, plusMinus: '±', other: ' \\*' });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = line(head.map((_, column) => (column === 0 ? '---' : '---:')));
  return `${[line(head), rule, ...rows.map(line)].join('\n')}\n\n${note(table).replace('*:', '\\*:')}\n`;
}

const latexNames: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '–': '--',
  '−': '$-$',
  '±': '$\\pm$',
  '·': '$\\cdot$',
};

/** Text that LaTeX sets as it stands. */
export function escapeLatex(text: string): string {
  return text.replaceAll(/[\\~^–−±·&%$#_{}]/g, (character) => latexNames[character] ?? `\\${character}`);
}

function latexOf(table: ExportedTable): string {
  const marks = { set: escapeLatex, bold: (text: string) => `\\textbf{${text}}`, plusMinus: '$\\pm$', other: '$^{*}$' };
  const [head = [], ...rows] = textRows(table, marks);
  const line = (cells: readonly string[]): string => `${cells.map((text) => (text === '–' ? '--' : text)).join(' & ')} \\\\`;
  const own = rows.slice(0, table.runs.length);
  const last = rows.slice(table.runs.length);
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}',
    '\\centering',
    `\\begin{tabular}{l${'r'.repeat(table.columns.length)}}`,
    '\\toprule',
    line(head),
    '\\midrule',
    ...own.map(line),
    ...(last.length ? ['\\midrule', ...last.map(line)] : []),
    '\\bottomrule',
    '\\end{tabular}',
    `\\caption{${escapeLatex(note(table)).replace('*:', '$^{*}$:')}}`,
    '\\end{table}',
    '',
  ].join('\n');
}

/** The comparison for a spreadsheet, a page or a paper. */
export function exportTable(format: ExportFormat, table: ExportedTable): string {
  return { CSV: csvOf, Markdown: markdownOf, LaTeX: latexOf }[format](table);
}
