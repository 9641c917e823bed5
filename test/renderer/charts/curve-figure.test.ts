import { expect, test } from 'vitest';
import { curveFigure } from '../../../renderer/charts/curve-figure.ts';
import { chartTheme } from '../../../renderer/charts/theme.ts';

const theme = chartTheme('light');
const points = [
  { phase: 'train', step: 1, metrics: { loss: 3, 'ndcg@10': 0.02 } },
  { phase: 'train', step: 2, metrics: { loss: 2, 'ndcg@10': 0.05 } },
  { phase: 'train', step: 3, metrics: { loss: 1.5, 'ndcg@10': 0.04 } },
];

test('what should rise and what should fall stand in two plots over the same steps', () => {
  const figure = curveFigure(points, theme);
  expect(figure.data.map((trace) => [trace.name, trace.yaxis, trace.x, trace.y])).toEqual([
    ['NDCG@10', 'y', [1, 2, 3], [0.02, 0.05, 0.04]],
    ['Loss', 'y2', [1, 2, 3], [3, 2, 1.5]],
  ]);
  expect(figure.layout.xaxis2).toMatchObject({ matches: 'x', anchor: 'y2' });
});

test('the caption says the best value so far and which epoch was kept', () => {
  expect(curveFigure(points, theme, 2).caption).toBe('Highest NDCG@10 so far 0.0500, at step 2. The weights of epoch 2 were kept.');
  expect(curveFigure([{ phase: 'train', step: 1, metrics: { loss: 3 } }], theme).caption).toBe('Lowest Loss so far 3.0000, at step 1.');
  expect(curveFigure([], theme).caption).toBe('No points yet.');
});

test('two phases are told apart by name, and one metric alone has one plot', () => {
  const figure = curveFigure(
    [
      { phase: 'warm-up', step: 1, metrics: { loss: 3 } },
      { phase: 'train', step: 2, metrics: { loss: 2 } },
    ],
    theme,
  );
  expect(figure.data.map((trace) => [trace.name, trace.yaxis])).toEqual([
    ['warm-up', 'y'],
    ['train', 'y'],
  ]);
});

test('the same numbers are there as a table', () => {
  expect(curveFigure(points.slice(0, 1), theme).table.rows).toEqual([
    ['train', 1, 'loss', 3],
    ['train', 1, 'ndcg@10', 0.02],
  ]);
});

test('of many metrics only the one that is read first is drawn; all are in the table', () => {
  const figure = curveFigure(
    [{ phase: 'training', step: 1, metrics: { 'recall@20': 0.3, 'ndcg@10': 0.1, 'hit-rate@10': 0.4, loss: 5 } }],
    theme,
  );
  expect(figure.data.map((trace) => trace.name)).toEqual(['NDCG@10', 'Loss']);
  expect(figure.caption).toBe('Highest NDCG@10 so far 0.1000, at step 1.');
  expect(figure.table.rows).toHaveLength(4);
});

test('a phase that starts again is another line, not one that runs back', () => {
  const again = [1, 2, 1].map((step) => ({ phase: 'train', step, metrics: { loss: 4 - step } }));
  expect(curveFigure(again, theme).data[0]).toMatchObject({ x: [1, 2, null, 1], y: [3, 2, null, 3] });
});

test('the same phase has one colour on both sides, one entry in the legend, and the caption names the best of all', () => {
  const point = (phase: string, step: number, ndcg: number, loss: number) => ({ phase, step, metrics: { 'ndcg@10': ndcg, loss } });
  const figure = curveFigure([point('Training (cold)', 1, 0.2, 5), point('Training (warm)', 1, 0.3, 6)], chartTheme('light'));
  const traces = figure.data as { name: string; showlegend: boolean; line: { color: string }; yaxis: string }[];
  expect(traces.map(({ name, showlegend, yaxis }) => [name, showlegend, yaxis])).toEqual([
    ['cold', true, 'y'],
    ['warm', true, 'y'],
    ['cold', false, 'y2'],
    ['warm', false, 'y2'],
  ]);
  const colours = traces.map(({ line }) => line.color);
  expect(colours.slice(0, 2)).toEqual(colours.slice(2));
  expect(figure.caption).toMatch(/^Highest NDCG@10, warm so far 0\.3000/);
});
