import { type Metrics, metricsTable, type Run } from '#contract/run';

const row = (cells: string[]): string => `| ${cells.join(' | ')} |`;

function metricsText(rows: { label: string; metrics: Metrics }[]): string {
  const names = Object.keys(rows[0]?.metrics ?? {});
  const head = [row(['model', ...names]), row(['---', ...names.map(() => '---:')])];
  const body = rows.map(({ label, metrics }) => row([label, ...names.map((name) => metrics[name]?.toFixed(4) ?? '–')]));
  return [...head, ...body].join('\n');
}

function sectionOf(run: Run): string {
  const { counts, device } = run;
  return [
    `## ${run.label}`,
    `Run ${run.id}, seed ${run.seed}, split ${JSON.stringify(run.split)}.`,
    `${counts.train} training, ${counts.validation} validation and ${counts.test} test interactions; ${counts.testUsers} users evaluated.`,
    `Trained in ${run.seconds.toFixed(1)} s on ${device.device.toUpperCase()} (${device.backend} ${device.version}).`,
    metricsText(metricsTable(run)),
    `Parameters: \`${JSON.stringify(run.params)}\``,
  ].join('\n\n');
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

interface SinceTraining {
  newUsers: number;
  newItems: number;
  updatedUsers: number;
}

/** Who is served otherwise than the training left them. */
function sinceText({ newUsers, newItems, updatedUsers }: SinceTraining): string[] {
  return [
    ...(newUsers + newItems > 0
      ? [
          `${counted(newUsers, 'user')} and ${counted(newItems, 'item')} came after the training. They have vectors by what is known of them, without a training; no metric below speaks of them.`,
        ]
      : []),
    ...(updatedUsers > 0
      ? [
          `The vectors of ${counted(updatedUsers, 'user')} follow what they have had since the training; the metrics below are of the vectors before that.`,
        ]
      : []),
  ];
}

/** What a reader of a bundle wants to know of it, in Markdown. */
export function modelCard(name: string, retrieval: Run, ranker: Run | null, since: SinceTraining): string {
  const intro = `Recommendations from ${retrieval.counts.users} users and ${retrieval.counts.items} items. Data fingerprint \`${retrieval.dataFingerprint}\`.`;
  return `${[`# ${name}`, intro, ...sinceText(since), sectionOf(retrieval), ...(ranker ? [sectionOf(ranker)] : [])].join('\n\n')}\n`;
}
