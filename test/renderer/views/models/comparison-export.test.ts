import { expect, test } from 'vitest';
import type { Run } from '#contract/run';
import { columnsOf } from '../../../../renderer/views/models/compare-runs.ts';
import { type ExportedTable, escapeLatex, exportTable } from '../../../../renderer/views/models/comparison-export.ts';
import { runs as sample } from '../../../support/fake-data.ts';

const { peakMemoryBytes: _, ...base } = sample[0] as Run;
const run = (label: string, ndcg: number, changes: Partial<Run> = {}): Run => ({
  ...base,
  ...{ id: `r-${label}`, model: label, label, metrics: { 'ndcg@10': ndcg }, errors: { 'ndcg@10': 0.0031 }, seconds: 1.6 },
  ...changes,
});
const runs = [run('A_1', 0.0651, { intervals: { 'ndcg@10': [0.06, 0.07] } }), run('B|2', 0.0614), run('C', 0.9)];
const table: ExportedTable = {
  runs,
  columns: columnsOf(runs, '10').filter(({ id }) => id !== 'createdAt'),
  others: new Set(['r-C']),
  oracle: { 'ndcg@10': 0.0712 },
  setup: 'Retrieval · last 20 % by time',
};

test('CSV has all digits, intervals in columns of their own, and units in the names', () => {
  expect(exportTable('CSV', table)).toBe(
    [
      'model,run,ndcg@10,ndcg@10 low,ndcg@10 high,training seconds,other data',
      'A_1,r-A_1,0.0651,0.06,0.07,1.6,no',
      'B|2,r-B|2,0.0614,,,1.6,no',
      'C,r-C,0.9,,,1.6,yes',
    ].join('\n'),
  );
});

test('Markdown is what stands on the screen: the best bold, runs of other data marked and out of the contest', () => {
  expect(exportTable('Markdown', table)).toBe(
    [
      '| Model | NDCG@10 | Took |',
      '| --- | ---: | ---: |',
      '| A_1 | **0.0651** ± .003 | **1.6 s** |',
      '| B\\|2 | 0.0614 ± .003 | **1.6 s** |',
      '| C \\* | 0.9000 ± .003 | 1.6 s |',
      '| Oracle (best reachable) | 0.0712 |  |',
      '',
      'Retrieval · last 20 % by time. Bold: the best of the column; ± standard error over test users. \\*: other data, does not compare.',
      '',
    ].join('\n'),
  );
});

test('LaTeX is a table that compiles as it stands', () => {
  expect(exportTable('LaTeX', table).split('\n')).toEqual([
    '% \\usepackage{booktabs}',
    '\\begin{table}',
    '\\centering',
    '\\begin{tabular}{lrr}',
    '\\toprule',
    'Model & NDCG@10 & Took \\\\',
    '\\midrule',
    'A\\_1 & \\textbf{0.0651} $\\pm$ .003 & \\textbf{1.6 s} \\\\',
    'B|2 & 0.0614 $\\pm$ .003 & \\textbf{1.6 s} \\\\',
    'C$^{*}$ & 0.9000 $\\pm$ .003 & 1.6 s \\\\',
    '\\midrule',
    'Oracle (best reachable) & 0.0712 &  \\\\',
    '\\bottomrule',
    '\\end{tabular}',
    '\\caption{Retrieval $\\cdot$ last 20 \\% by time. Bold: the best of the column; $\\pm$ standard error over test users. $^{*}$: other data, does not compare.}',
    '\\end{table}',
    '',
  ]);
  expect(escapeLatex('a_b & 5 % {x} ~^\\')).toBe('a\\_b \\& 5 \\% \\{x\\} \\textasciitilde{}\\textasciicircum{}\\textbackslash{}');
});

test('what a run does not know is a dash', () => {
  const partly = { ...table, runs: [run('A', 0.1, { latencyMs: 0.4 }), run('B', 0.2)], others: new Set<string>(), oracle: undefined };
  const wide = { ...partly, columns: columnsOf(partly.runs, '10').filter(({ id }) => id === 'latency') };
  expect(exportTable('LaTeX', wide)).toContain('B & -- \\\\');
  expect(exportTable('Markdown', wide)).toContain('| B | – |');
});
