import { expect, test } from 'vitest';
import { chartTheme } from '../../../../renderer/charts/theme.ts';
import {
  dailyCaption,
  dailyFigure,
  itemsForHalf,
  popularityCaption,
  popularityFigure,
  shareOfTop,
} from '../../../../renderer/views/data/figures.ts';

const theme = chartTheme('light');
const daily = [
  { day: '2024-03-02', type: 'view', count: 60 },
  { day: '2024-03-01', type: 'view', count: 20 },
  { day: '2024-03-01', type: 'like', count: 20 },
];
// Four items with 50, 30, 15 and 5 of 100 interactions.
const popularity = [
  { rank: 1, count: 50, cumulative: 0.5 },
  { rank: 2, count: 30, cumulative: 0.8 },
  { rank: 3, count: 15, cumulative: 0.95 },
  { rank: 4, count: 5, cumulative: 1 },
];

test('days are stacked by type, the most frequent type first, with zeros where a type is missing', () => {
  const figure = dailyFigure(daily, theme);
  expect(figure.data.map((trace) => [trace.name, trace.x, trace.y])).toEqual([
    ['view', ['2024-03-01', '2024-03-02'], [20, 60]],
    ['like', ['2024-03-01', '2024-03-02'], [20, 0]],
  ]);
  expect(figure.layout.barmode).toBe('stack');
});

test('the caption over time names the busiest day and the largest type', () => {
  // 2024-03-02 has 60, 2024-03-01 has 40; 80 of 100 are views.
  expect(dailyCaption(daily)).toBe('The busiest day was 2024-03-02 with 60 interactions; 80 % of all are of type view.');
  expect(dailyCaption([])).toBe('The interactions have no timestamps.');
});

test('of ten types seven are drawn and the rest together, so that nothing is lost', () => {
  const many = Array.from({ length: 10 }, (_, index) => ({ day: '2024-03-01', type: `t${index}`, count: 10 - index }));
  const figure = dailyFigure(many, theme);
  expect(figure.data).toHaveLength(8);
  // The three smallest: 3 + 2 + 1.
  expect(figure.data.at(-1)).toMatchObject({ name: 'other', y: [6] });
});

test('the share of the top items is read from the curve, between its points too', () => {
  expect(shareOfTop(popularity, 0.25)).toBe(0.5);
  expect(shareOfTop(popularity, 0.5)).toBe(0.8);
  // Thinned to ranks 1 and 4: rank 2 lies a third of the way from 0.4 to 1.
  expect(
    shareOfTop(
      [
        { rank: 1, count: 4, cumulative: 0.4 },
        { rank: 4, count: 1, cumulative: 1 },
      ],
      0.5,
    ),
  ).toBeCloseTo(0.6, 10);
  expect(shareOfTop([], 0.1)).toBe(0);
  expect(itemsForHalf(popularity)).toBe(1);
});

test('the caption of popularity says what the top items take', () => {
  expect(popularityCaption(popularity)).toBe('The top 10 % of items take 50 % of all interactions; half of all go to 1 of 4 items.');
  expect(popularityCaption([])).toBe('There are no interactions to count.');
});

test('popularity has a log axis for counts and its own axis for the share', () => {
  const figure = popularityFigure(popularity, theme);
  expect(figure.layout.yaxis).toMatchObject({ type: 'log' });
  expect(figure.data[1]).toMatchObject({ yaxis: 'y2', y: [0.5, 0.8, 0.95, 1] });
  expect(figure.table.rows[1]).toEqual([2, 30, 0.8]);
});
