import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { answerDialog, expect, openView, test } from './support/app.ts';

const rows = Number(process.env.RECSMITH_FRAMES_ROWS ?? 5_000_000);

// A measurement, not a check: RECSMITH_FRAMES=1 npm run test:e2e -- frames
test('how long the window waits for a frame while millions of rows are imported', async ({ app, userData }) => {
  test.skip(!process.env.RECSMITH_FRAMES, 'measures only where RECSMITH_FRAMES is set');
  test.setTimeout(300_000);
  const { page } = app;
  const file = join(userData, 'events.csv');
  const stream = createWriteStream(file);
  stream.write('user_id,item_id,event_type,timestamp,event_id\n');
  for (let at = 0; at < rows; at += 10_000) {
    const lines = Array.from(
      { length: 10_000 },
      (_, n) => `u${(at + n) % 99_991},i${((at + n) * 31) % 9973},view,${1_700_000_000 + at + n},e${at + n}`,
    );
    if (!stream.write(`${lines.join('\n')}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
  await answerDialog(app, [join(userData, 'mine')]);
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await answerDialog(app, [file]);
  await openView(page, 'data');
  await page.getByRole('button', { name: 'Import file' }).first().click();
  await expect(page.getByTestId('import-dialog')).toContainText('u1');
  await page.evaluate(() => {
    const gaps: number[] = [];
    let last = performance.now();
    const frame = (now: number): void => {
      gaps.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(window, { frameGaps: gaps });
  });
  await page.getByTestId('import-dialog').getByRole('button', { name: 'Import file' }).click();
  await expect(page.getByTestId('import-accepted')).toContainText(rows.toLocaleString('en-US'), { timeout: 200_000 });
  const gaps = await page.evaluate(() => (window as unknown as { frameGaps: number[] }).frameGaps);
  const sorted = [...gaps].sort((a, b) => a - b);
  const longest = gaps
    .map((gap, index) => [Math.round(gaps.slice(0, index + 1).reduce((sum, one) => sum + one, 0)), Math.round(gap)])
    .sort((a, b) => (b[1] as number) - (a[1] as number))
    .slice(0, 4);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] as number).toFixed(0);
  process.stdout.write(
    `${rows.toLocaleString('en')} rows: ${gaps.length} frames, median ${at(0.5)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms; the longest by when they ended, of ${Math.round(gaps.reduce((sum, one) => sum + one, 0))} ms: ${JSON.stringify(longest)}\n`,
  );
});
