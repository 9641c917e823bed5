import { expect, test } from 'vitest';
import { toCsv } from '../../../renderer/charts/figure.ts';
import { baseLayout, categoryColours, chartTheme, groupsToDraw } from '../../../renderer/charts/theme.ts';

test('up to eight groups are drawn as they are; of more the largest seven, and the rest as other', () => {
  const groups = (count: number) => new Map(Array.from({ length: count }, (_, index) => [`g${index}`, 100 - index]));
  expect(groupsToDraw(groups(8)).names).toHaveLength(8);
  const many = groupsToDraw(groups(10));
  expect(many.names).toEqual(['g0', 'g1', 'g2', 'g3', 'g4', 'g5', 'g6']);
  expect([...many.others]).toEqual(['g7', 'g8', 'g9']);
});

/** Relative luminance and contrast by WCAG 2.2. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [bright, dim] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (bright! + 0.05) / (dim! + 0.05);
}

test.each(['light', 'dark'] as const)('in the %s theme axis text has AA contrast and the accent line can be seen', (mode) => {
  const theme = chartTheme(mode);
  const panel = mode === 'light' ? '#f7f8fa' : '#1b1f23';
  expect(contrast(theme.ink, panel)).toBeGreaterThan(7);
  expect(contrast(theme.muted, panel)).toBeGreaterThan(4.5);
  expect(contrast(theme.accent, panel)).toBeGreaterThan(3);
  expect(new Set(categoryColours(theme)).size).toBe(8);
});

test('a table becomes CSV with quotes only where they are needed', () => {
  expect(
    toCsv({
      columns: ['a', 'b'],
      rows: [
        ['x, y', 1],
        ['say "no"', 2],
      ],
    }),
  ).toBe('a,b\n"x, y",1\n"say ""no""",2');
});

test('a layout asks for no transition: Plotly fails in it where a growing curve gets its second plot', () => {
  expect(baseLayout(chartTheme('light'))).not.toHaveProperty('transition');
});
