import type { Job } from '#contract/job';
import type { Metrics } from '#contract/run';

/** Results go to stdout, and nothing else does. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Progress and notices go to stderr. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Who reads no more misses nothing: `recsmith runs W | head` is no failure. */
export function letReadersLeave(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

/** Resolves once the readers have everything: a pipe takes 64 KiB at a time, and the rest would go with the process. */
export async function printed(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
}

const compact = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

export function formatNumber(value: number): string {
  return compact.format(value);
}

export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} m ${String(Math.round(seconds % 60)).padStart(2, '0')} s`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const unit = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${formatNumber(bytes / 1000 ** unit)} ${units[unit]}`;
}

/** Columns aligned: the first to the left, numbers to the right. */
export function formatTable(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What a table of models has no room for: it stands in the JSON and in the window. */
const leftOut = /^(precision|map|gini|novelty|diversity|attribute-diversity|serendipity|arp|long-tail)@/;

/** One row a model, one column a metric, those of the first row. */
export function formatMetrics(table: { label: string; metrics: Metrics }[]): string {
  const names = Object.keys(table[0]?.metrics ?? {}).filter((name) => !leftOut.test(name));
  const rows = table.map(({ label, metrics }) => [
    label,
    ...names.map((name) => (metrics[name] === undefined ? '–' : (metrics[name] as number).toFixed(4))),
  ]);
  return formatTable([['model', ...names], ...rows]);
}

function lineOf({ title, progress, remainingSeconds }: Job): string {
  if (!progress) return title;
  const { phase, done, total, unit, rate } = progress;
  const parts = [phase];
  if (done !== undefined && total) parts.push(`${Math.floor((100 * done) / total)} %`);
  if (rate !== undefined) parts.push(`${formatNumber(Math.round(rate))} ${unit ?? 'steps'}/s`);
  if (remainingSeconds !== undefined) parts.push(`${formatDuration(remainingSeconds)} left`);
  return parts.join(' · ');
}

const quietEveryMs = 5000;

/** Shows one job on stderr: a line in place on a terminal, a line now and then elsewhere. */
export function progressPrinter(): { show(job: Job): void; end(): void } {
  const inPlace = process.stderr.isTTY === true;
  let lastPhase = '';
  let lastAt = 0;
  let dirty = false;
  return {
    show(job) {
      const phase = job.progress?.phase ?? '';
      if (inPlace) {
        process.stderr.write(`\r\u001b[2K${lineOf(job).slice(0, (process.stderr.columns ?? 80) - 1)}`);
        dirty = true;
        return;
      }
      const now = performance.now();
      if (phase === lastPhase && now - lastAt < quietEveryMs) return;
      lastPhase = phase;
      lastAt = now;
      if (phase) tell(lineOf(job));
    },
    end() {
      if (dirty) process.stderr.write('\r\u001b[2K');
      dirty = false;
    },
  };
}
