import { Alert, Button } from '@blueprintjs/core';
import { useState } from 'react';
import type { Dataset } from '#contract/dataset';
import { engine } from '../../client/connect.ts';
import { useAction } from '../../client/use-action.ts';
import { useOperation } from '../../client/use-operation.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Answered } from '../../components/States.tsx';
import { formatCount, formatSize } from '../../format/numbers.ts';
import { formatMoment } from '../../format/time.ts';
import { NewDataset, StepsTable } from './NewDataset.tsx';

interface RowProps {
  dataset: Dataset;
  open: boolean;
  onOpen: () => void;
  onRemove: () => void;
}

function DatasetRow({ dataset, open, onOpen, onRemove }: RowProps) {
  const { name, counts, steps, sizeBytes, createdAt, fingerprint } = dataset;
  return (
    <>
      <tr>
        <th scope="row">
          <button type="button" className="link-button" aria-expanded={open} onClick={onOpen}>
            {name}
          </button>
        </th>
        {[counts.interactions, counts.users, counts.items].map((count, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the columns of a table stay where they are.
          <td key={at} className="number">
            {formatCount(count)}
          </td>
        ))}
        <td className="number">{formatSize(sizeBytes)}</td>
        <td className="clip mono" title={fingerprint}>
          {fingerprint.slice(0, 12)}
        </td>
        <td title={createdAt}>{formatMoment(createdAt)}</td>
        <td>
          <Button size="small" variant="minimal" text="Delete" aria-label={`Delete the dataset ${name}`} onClick={onRemove} />
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={8}>
            <StepsTable steps={steps} />
          </td>
        </tr>
      )}
    </>
  );
}

/** The frozen selections of a workspace. */
export function Datasets() {
  const datasets = useOperation('dataset.list', {}, ['data', 'workspace']);
  const [making, setMaking] = useState(false);
  const [open, setOpen] = useState('');
  const [asked, ask] = useState<Dataset>();
  const remove = useAction((id: string) => engine.call('dataset.remove', { id }));
  return (
    <Panel
      title="Datasets"
      note="Frozen selections that models are trained and compared on"
      flush
      actions={<Button size="small" variant="outlined" text="New dataset" onClick={() => setMaking(true)} />}
    >
      <Answered answer={datasets}>
        {(data) =>
          data.length === 0 ? (
            <p className="panel-text muted">None yet: models train on everything that the workspace has.</p>
          ) : (
            <div className="table-scroll">
              <table className="table" data-testid="datasets-table">
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    {['Interactions', 'Users', 'Items', 'Size'].map((name) => (
                      <th key={name} scope="col" className="number">
                        {name}
                      </th>
                    ))}
                    <th scope="col">Fingerprint</th>
                    <th scope="col">Frozen</th>
                    <th scope="col" />
                  </tr>
                </thead>
                <tbody>
                  {data.map((dataset) => (
                    <DatasetRow
                      key={dataset.id}
                      dataset={dataset}
                      open={open === dataset.id}
                      onOpen={() => setOpen(open === dataset.id ? '' : dataset.id)}
                      onRemove={() => ask(dataset)}
                    />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answered>
      {remove.error && <ErrorNote error={remove.error} />}
      {making && <NewDataset onClose={() => setMaking(false)} />}
      <Alert
        isOpen={asked !== undefined}
        intent="danger"
        confirmButtonText="Delete dataset"
        cancelButtonText="Keep it"
        transitionDuration={0}
        onCancel={() => ask(undefined)}
        onConfirm={async () => {
          await remove.run(asked!.id);
          ask(undefined);
        }}
      >
        {asked && <p>{asked.name} is deleted. Runs that were trained on it stay, but cannot be repeated.</p>}
      </Alert>
    </Panel>
  );
}
