import { HTMLSelect, InputGroup } from '@blueprintjs/core';
import { useId } from 'react';
import type { BundleInfo } from '#contract/bundle';
import { formatSize } from '../../format/numbers.ts';
import { formatMoment } from '../../format/time.ts';
import { readPort } from './client-code.ts';

interface StartFormProps {
  bundles: readonly BundleInfo[];
  chosen: BundleInfo | undefined;
  port: string;
  disabled: boolean;
  onPort: (port: string) => void;
  onBundle: (bundle: string) => void;
}

/** What the next start serves, and where. */
export function StartForm({ bundles, chosen, port, disabled, onPort, onBundle }: StartFormProps) {
  const id = useId();
  const wanted = readPort(port);
  const problem = 'problem' in wanted ? wanted.problem : undefined;
  return (
    <>
      <div className="field serve-bundle">
        <label htmlFor={`${id}-bundle`}>Bundle</label>
        <HTMLSelect
          id={`${id}-bundle`}
          disabled={disabled || bundles.length === 0}
          value={chosen?.id ?? ''}
          options={bundles.map((one) => ({
            value: one.id,
            label: `${one.manifest.modelLabel} ${one.manifest.version} · ${formatMoment(one.manifest.createdAt)} · ${formatSize(one.sizeBytes)}${one.active ? ' · active' : ''}`,
          }))}
          onChange={(event) => onBundle(event.currentTarget.value)}
        />
      </div>
      <div className="field port-field">
        <label htmlFor={`${id}-port`}>Port</label>
        <InputGroup
          id={`${id}-port`}
          inputMode="numeric"
          disabled={disabled}
          value={port}
          intent={problem ? 'danger' : 'none'}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-note`}
          onValueChange={onPort}
        />
      </div>
      <p id={`${id}-note`} className={problem ? 'serve-note state-danger' : 'serve-note muted'}>
        {problem ?? 'Only this machine reaches the server: it listens on 127.0.0.1.'}
      </p>
    </>
  );
}
