import { Button } from '@blueprintjs/core';
import { CloudUploadIcon, TickCircleIcon } from '@blueprintjs/icons';
import { useState } from 'react';
import type { BundleInfo } from '#contract/bundle';
import type { ServerStatus } from '#contract/server';
import { activateBundle } from '../../../client/commands.ts';
import { useAction } from '../../../client/use-action.ts';
import { IdText } from '../../../components/CopyButton.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { MetricName } from '../../../components/MetricName.tsx';
import { Panel } from '../../../components/Panel.tsx';
import { formatCount, formatMetric, formatSize } from '../../../format/numbers.ts';
import { formatAge, formatMoment } from '../../../format/time.ts';
import { patchView } from '../../../store/store.ts';
import { useNow } from '../../../store/use-now.ts';
import { type VersionRow, versionRows } from './version-rows.ts';

const metricsShown = ['ndcg@10', 'recall@20', 'coverage@10'] as const;

function State({ row: { served, active } }: { row: VersionRow }) {
  if (served)
    return (
      <span className="key-state">
        <CloudUploadIcon size={12} className="state-good" />
        serving
      </span>
    );
  if (active)
    return (
      <span className="key-state">
        <TickCircleIcon size={12} className="state-good" />
        active
      </span>
    );
  return <span className="muted">kept</span>;
}

interface RowProps {
  row: VersionRow;
  now: number;
  /** Which one is being swapped to. */
  swapping: string | undefined;
  disabled: boolean;
  onActivate: (id: string) => void;
}

function Row({ row, now, swapping, disabled, onActivate }: RowProps) {
  const { id, manifest, sizeBytes } = row.bundle;
  return (
    <tr className={row.served || (row.active && row.action === undefined) ? 'selected' : ''}>
      <th scope="row">{manifest.modelLabel}</th>
      <td className="clip bundle-id">
        <IdText id={id} label="bundle id" />
      </td>
      <td>
        <time dateTime={manifest.createdAt} title={formatMoment(manifest.createdAt)}>
          {formatAge(manifest.createdAt, now)}
        </time>
      </td>
      <td className="clip">{manifest.ranker?.label ?? <span className="muted">none</span>}</td>
      {metricsShown.map((name) => (
        <td key={name} className="number">
          {manifest.metrics[name] === undefined ? '–' : formatMetric(manifest.metrics[name])}
        </td>
      ))}
      <td className="number">{formatCount(manifest.counts.users)}</td>
      <td className="number">{formatCount(manifest.counts.items)}</td>
      <td className="number">{formatSize(sizeBytes)}</td>
      <td>
        <State row={row} />
      </td>
      <td className="number">
        {row.action && (
          <Button
            size="small"
            variant="outlined"
            text={swapping === id ? 'Checking' : row.action}
            aria-label={`${row.action}: ${manifest.modelLabel}, ${id}`}
            loading={swapping === id}
            disabled={disabled}
            onClick={() => onActivate(id)}
          />
        )}
      </td>
    </tr>
  );
}

/** Every bundle of the workspace; a click serves it, and the one before goes on where it is refused. */
export function Versions({ status, bundles }: { status: ServerStatus; bundles: readonly BundleInfo[] }) {
  const now = useNow(30_000);
  const [wanted, setWanted] = useState<string>();
  const swap = useAction(async (id: string) => {
    await activateBundle(id);
    // The next start takes what is active.
    patchView('serve', { bundle: '' });
  });
  const rows = versionRows(bundles, status);
  const nameOf = (id: string | null | undefined) => {
    const found = bundles.find((one) => one.id === id);
    return found ? `${found.manifest.modelLabel} ${found.manifest.version}` : (id ?? 'the one before');
  };
  const served = status.state === 'running' ? nameOf(status.bundle) : undefined;
  const activate = (id: string) => {
    setWanted(id);
    void swap.run(id);
  };
  return (
    <div className="serve-stack">
      {swap.error && (
        <div className="refused" data-testid="swap-refused">
          <p>
            <strong>{nameOf(wanted)} is not served.</strong> {served ? `${served} goes on answering; no request was dropped.` : ''}
          </p>
          <ErrorNote error={swap.error} />
        </div>
      )}
      <Panel
        title="Versions"
        note={
          status.state === 'running'
            ? 'A version is checked with known users before it answers; no request is dropped.'
            : 'The active one is served at the next start.'
        }
        flush
      >
        <div className="table-scroll">
          <table className="table versions-table" data-testid="versions-table">
            <thead>
              <tr>
                {['Model', 'Bundle', 'Made', 'Ranker'].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
                {metricsShown.map((name) => (
                  <th key={name} scope="col" className="number">
                    <MetricName name={name} />
                  </th>
                ))}
                {['Users', 'Items', 'Size'].map((name) => (
                  <th key={name} scope="col" className="number">
                    {name}
                  </th>
                ))}
                <th scope="col">State</th>
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row
                  key={row.bundle.id}
                  row={row}
                  now={now}
                  swapping={swap.busy ? wanted : undefined}
                  disabled={swap.busy || status.state === 'starting'}
                  onActivate={activate}
                />
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
    </div>
  );
}
