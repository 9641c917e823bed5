import { Button, Dialog, DialogBody, DialogFooter } from '@blueprintjs/core';
import { useRef, useState } from 'react';
import type { FilePreview, ReadOptions } from '#contract/data';
import { createWorkspace, openWorkspace, startJob } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { useOperation } from '../../client/use-operation.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Answered, Skeleton } from '../../components/States.tsx';
import { isActive } from '../../format/job.ts';
import { baseName } from '../../format/text.ts';
import { openView, useStore } from '../../store/store.ts';
import { EventWeights } from './EventWeights.tsx';
import { ImportOutcome } from './ImportOutcome.tsx';
import { MappingEditor } from './MappingEditor.tsx';
import { mappingProblem } from './mapping.ts';
import { ReadChoices } from './ReadChoices.tsx';

const close = () => useStore.setState({ importing: null });

/** A new engine knows nothing of the jobs of the one before it. */
const lostImport = {
  code: 'process_died',
  message: 'The engine stopped during this import. Open Data to see what is there; importing the file again adds nothing twice.',
};

type Choice = ReadOptions & { earlier?: 'keep' | 'replace'; weights?: Record<string, number> };

interface PreviewProps {
  preview: FilePreview;
  choice: Choice;
  editable: boolean;
  onChange: (choice: Choice) => void;
}

function Preview({ preview, choice, editable, onChange }: PreviewProps) {
  const problem = mappingProblem(preview.entity, preview.mapping);
  return (
    <>
      <ReadChoices preview={preview} choice={choice} editable={editable} onChange={onChange} />
      <MappingEditor preview={preview} chosen={choice.map ?? {}} onChange={editable ? (map) => onChange({ ...choice, map }) : undefined} />
      {problem && (
        <p className="state-warning" role="status">
          {problem}
        </p>
      )}
      {preview.eventTypes.length > 0 && (
        <EventWeights
          types={preview.eventTypes}
          chosen={choice.weights ?? {}}
          onChange={editable ? (weights) => onChange({ ...choice, weights }) : undefined}
        />
      )}
    </>
  );
}

/** Where no workspace is open, a file has nowhere to go yet. */
function ChooseWorkspace() {
  const create = useAction(createWorkspace);
  const open = useAction(openWorkspace);
  const error = create.error ?? open.error;
  return (
    <div className="import-workspace">
      <p>No workspace is open. Create one for this data, or open one first.</p>
      <div className="button-row">
        <Button variant="outlined" text="Create workspace" loading={create.busy} onClick={() => create.run()} />
        <Button variant="outlined" text="Open workspace" loading={open.busy} onClick={() => open.run()} />
      </div>
      {error && <ErrorNote error={error} />}
    </div>
  );
}

function Body({ paths }: { paths: string[] }) {
  const [choice, setChoice] = useState<Choice>({});
  const [jobId, setJobId] = useState<string>();
  const workspace = useStore((state) => state.workspace);
  const job = useStore((state) => (jobId ? state.jobs[jobId] : undefined));
  const single = paths.length === 1;
  // Weights change nothing of what is shown: the file is not looked at anew for them.
  const { earlier: _, weights: _w, ...read } = choice;
  const preview = useOperation('data.preview', { path: paths[0]!, ...read });
  const start = useAction(() => startJob('data.import', { paths, ...choice }));
  // What was seen last stays until the file was looked at anew.
  const last = useRef(preview.data);
  if (preview.data) last.current = preview.data;
  const data = preview.data ?? (preview.error ? undefined : last.current);
  const problem = data && single ? mappingProblem(data.entity, data.mapping) : undefined;
  const folder = preview.error?.details?.reason === 'EISDIR';
  const hopeless = !folder && (preview.error?.code === 'unreadable_file' || preview.error?.code === 'not_found');

  return (
    <>
      <DialogBody>
        <p className="import-paths" title={paths.join('\n')}>
          {single ? paths[0] : `${paths.length} paths: ${paths.map(baseName).join(', ')}`}
        </p>
        {jobId && !job ? (
          <ErrorNote error={lostImport} />
        ) : job ? (
          <ImportOutcome job={job} onClose={close} />
        ) : (
          <>
            {!single && (
              <p className="muted">
                The columns of each file are mapped by themselves. To choose a mapping, import that file alone. Shown: {baseName(paths[0]!)}
                .
              </p>
            )}
            {folder ? (
              <p>
                This is a folder. Its files are told apart by their names and columns and imported together: interactions, users, items.
              </p>
            ) : (
              <Answered answer={{ ...preview, data }} skeleton={<Skeleton rows={9} height={20} />}>
                {(shown) => <Preview preview={shown} choice={choice} editable={single} onChange={setChoice} />}
              </Answered>
            )}
            {!workspace && <ChooseWorkspace />}
            {start.error && <ErrorNote error={start.error} />}
          </>
        )}
      </DialogBody>
      <DialogFooter
        actions={
          jobId ? (
            <>
              <Button text={job && isActive(job) ? 'Go on in the background' : 'Close'} onClick={close} />
              {job?.status === 'succeeded' && (
                <Button
                  intent="primary"
                  text="Open Data"
                  onClick={() => {
                    openView('data');
                    close();
                  }}
                />
              )}
            </>
          ) : (
            <>
              <Button text="Cancel" onClick={close} />
              <Button
                intent="primary"
                text={folder ? 'Import folder' : single ? 'Import file' : 'Import files'}
                loading={start.busy}
                disabled={!workspace || problem !== undefined || hopeless || preview.loading}
                onClick={async () => setJobId((await start.run())?.id)}
              />
            </>
          )
        }
      />
    </>
  );
}

/** What a dropped or chosen file looks like before anything is written, and the import itself. */
export function ImportDialog() {
  const paths = useStore((state) => state.importing);
  // Unmounted rather than told to close: the overlay's exit can be lost while the window is busy, and its backdrop would stay.
  if (paths === null) return null;
  return (
    <Dialog isOpen onClose={close} title="Import" className="import-dialog" transitionDuration={0} canOutsideClickClose={false}>
      <div data-testid="import-dialog">
        <Body key={paths.join('\n')} paths={paths} />
      </div>
    </Dialog>
  );
}
