import type { QualityReport } from '#contract/quality';
import type { Command } from './command.ts';
import { formatNumber, formatTable } from './terminal.ts';

const words = { good: 'good', known: 'to know', look: 'look at it' } as const;

function reportText(report: QualityReport): string {
  const rows = report.checks.map(({ id, level, count, unit, title, example }) => [
    id,
    words[level],
    count > 0 ? `${formatNumber(count)} ${unit}` : '',
    title,
    example ?? '',
  ]);
  return formatTable([['check', 'is', 'found', 'what', 'for example'], ...rows]);
}

export const qualityCommands: Command[] = [
  {
    name: 'quality',
    usage: 'W [--fix CHECK / --fixes / --undo N]',
    summary: 'Look for what is wrong in the data; mend what a check found, or take that back',
    positionals: [1, 1],
    flags: {
      fix: { kind: 'text', help: 'mend what this check finds' },
      undo: { kind: 'integer', help: 'take this fix back; the last one first' },
      fixes: { kind: 'switch', help: 'list what was mended' },
    },
    async run({ session, positionals, flags }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const { fix, undo, fixes } = flags as { fix?: string; undo?: number; fixes?: boolean };
      if (undo !== undefined) {
        const undone = await session.call('quality.undo', { id: undo });
        return { json: undone, text: `Fix ${undone.id} is taken back: ${formatNumber(undone.rows)} rows` };
      }
      if (fixes) {
        const list = await session.call('quality.fixes', {});
        return {
          json: list,
          text: formatTable([
            ['fix', 'what', 'rows', 'made'],
            ...list.map(({ id, label, rows, madeAt }) => [String(id), label, formatNumber(rows), madeAt]),
          ]),
        };
      }
      if (fix !== undefined) {
        const done = await session.work<{ id: number; rows: number; report: QualityReport }>('quality.fix', { check: fix });
        return { json: done, text: `Fix ${done.id}: ${formatNumber(done.rows)} rows\n\n${reportText(done.report)}` };
      }
      const report = await session.work<QualityReport>('quality.check', {});
      return { json: report, text: reportText(report) };
    },
  },
];
