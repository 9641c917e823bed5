import { describe, expect, test } from 'vitest';
import { openInConsole } from '../../../../renderer/client/open-in-console.ts';
import { useStore } from '../../../../renderer/store/store.ts';
import { asTsv, nextSort, rangeHolds, rangeTo } from '../../../../renderer/views/sql/result-view.ts';
import { statementsOf, statementToRun } from '../../../../renderer/views/sql/statement-at.ts';

describe('statements', () => {
  const parts = (text: string): string[] => statementsOf(text).map(({ from, to }) => text.slice(from, to));
  test('end at semicolons, but not at those within quotes and comments', () => {
    expect(parts('SELECT 1; SELECT 2')).toEqual(['SELECT 1', 'SELECT 2']);
    expect(parts('SELECT \';\' AS a; SELECT "b;c"')).toEqual(["SELECT ';' AS a", 'SELECT "b;c"']);
    expect(parts('SELECT 1 -- one; two\n, 2; /* ; */ SELECT 3')).toEqual(['SELECT 1 -- one; two\n, 2', '/* ; */ SELECT 3']);
    expect(parts('SELECT $$a;b$$; SELECT $x$;$x$')).toEqual(['SELECT $$a;b$$', 'SELECT $x$;$x$']);
    expect(parts(' ;; \n')).toEqual([]);
    expect(parts("SELECT 'open")).toEqual(["SELECT 'open"]);
  });
  test('run where the cursor is, or what is selected', () => {
    const text = 'SELECT 1;\n\nSELECT 2;\n';
    const at = (from: number, to = from): string => statementToRun(text, { from, to });
    expect(at(0)).toBe('SELECT 1');
    expect(at(9)).toBe('SELECT 1');
    expect(at(13)).toBe('SELECT 2');
    expect(at(text.length)).toBe('SELECT 2');
    expect(at(0, 6)).toBe('SELECT');
    expect(statementToRun('', { from: 0, to: 0 })).toBe('');
  });
});

test('a head sorts up, then down, then not', () => {
  expect(nextSort(undefined, 'a')).toEqual({ column: 'a', descending: false });
  expect(nextSort({ column: 'a', descending: false }, 'a')).toEqual({ column: 'a', descending: true });
  expect(nextSort({ column: 'a', descending: true }, 'a')).toBeUndefined();
  expect(nextSort({ column: 'a', descending: true }, 'b')).toEqual({ column: 'b', descending: false });
});

test('a block of cells is copied as a table, whichever way it was drawn', () => {
  const rows = [
    ['a', 1, null],
    ['b\tc', 2, 'say "x"'],
  ];
  const range = rangeTo({ fromRow: 1, fromColumn: 2, toRow: 1, toColumn: 2 }, 0, 0);
  expect(rangeHolds(range, 0, 1)).toBe(true);
  expect(rangeHolds(range, 2, 1)).toBe(false);
  expect(asTsv(range, (index) => rows[index])).toBe('a\t1\t\n"b\tc"\t2\t"say ""x"""');
});

test('a statement of another view stands above what was in the editor', () => {
  useStore.setState({ view: 'explore', views: { sql: { text: 'SELECT 1' } } });
  openInConsole('SELECT 2\n');
  expect(useStore.getState()).toMatchObject({ view: 'sql', views: { sql: { text: 'SELECT 2;\n\nSELECT 1' } } });
});
