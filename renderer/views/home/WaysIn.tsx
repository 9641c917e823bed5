import { Button } from '@blueprintjs/core';
import { FolderOpenIcon, ImportIcon, LayersIcon } from '@blueprintjs/icons';
import { chooseImport, createWorkspace, openSample, openWorkspace } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Panel } from '../../components/Panel.tsx';

/** The three ways in: the sample, a file, a workspace. */
export function WaysIn() {
  const sample = useAction(openSample);
  const open = useAction(openWorkspace);
  const create = useAction(createWorkspace);
  const choose = useAction(chooseImport);
  const error = sample.error ?? open.error ?? create.error ?? choose.error;
  return (
    <>
      <div className="ways-in">
        <Panel title="Sample">
          <p>Data from a known preference model: 1,000 users, 500 items. A first result without a file of your own.</p>
          <Button variant="outlined" icon={<LayersIcon />} text="Open sample" loading={sample.busy} onClick={() => sample.run()} />
        </Panel>
        <Panel title="Your data">
          <p>Drop a file or a folder anywhere on the window: CSV, Parquet, JSON Lines, MovieLens 100K, RecBole.</p>
          <div className="button-row">
            <Button variant="outlined" icon={<ImportIcon />} text="Import file" onClick={() => choose.run('data')} />
            <Button variant="outlined" text="Import folder" onClick={() => choose.run('folder')} />
          </div>
        </Panel>
        <Panel title="Workspace">
          <p>A folder with one project’s data, runs and bundles. It can be copied, and opens as it was left.</p>
          <div className="button-row">
            <Button variant="outlined" icon={<FolderOpenIcon />} text="Open workspace" loading={open.busy} onClick={() => open.run()} />
            <Button variant="outlined" text="Create workspace" loading={create.busy} onClick={() => create.run()} />
          </div>
        </Panel>
      </div>
      {error && <ErrorNote error={error} />}
    </>
  );
}
