import { Button, Dialog, DialogBody, DialogFooter, HTMLSelect, InputGroup } from '@blueprintjs/core';
import { useEffect, useId, useState } from 'react';
import type { LiveSetting, LiveSource } from '#contract/live';
import { bridge } from '../../../client/bridge.ts';
import { engine } from '../../../client/connect.ts';
import { useAction } from '../../../client/use-action.ts';
import { useOperation } from '../../../client/use-operation.ts';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Panel } from '../../../components/Panel.tsx';
import { Answered } from '../../../components/States.tsx';
import { formatCount, formatRate } from '../../../format/numbers.ts';
import { formatAge } from '../../../format/time.ts';
import { useNow } from '../../../store/use-now.ts';
import { emptyLive, type LiveDraft, liveFields, placeText, readLive } from './live-form.ts';

const kinds: readonly [LiveSetting['kind'], string][] = [
  ['folder', 'Watched folder'],
  ['stream', 'HTTP stream (NDJSON)'],
  ['kafka', 'Kafka topic'],
];

const stateNames: Record<LiveSource['state'], [string, string]> = {
  stopped: ['stopped', 'muted'],
  running: ['reading', 'state-good'],
  waiting: ['waiting', 'state-warning'],
  failed: ['failed', 'state-danger'],
};

function SourceRow({ source, onChanged }: { source: LiveSource; onChanged: () => void }) {
  const now = useNow(5000);
  const run = useAction(async (name: 'live.start' | 'live.stop' | 'live.remove') => {
    await engine.call(name, { id: source.id });
    onChanged();
  });
  const [word, state] = stateNames[source.state];
  const on = source.state === 'running' || source.state === 'waiting';
  return (
    <tr>
      <th scope="row">{source.name}</th>
      <td className="clip" title={placeText(source)}>
        {placeText(source)}
      </td>
      <td className={state}>
        {word}
        {source.detail && <span className="live-detail">{source.detail}</span>}
        {run.error && <ErrorNote error={run.error} />}
      </td>
      <td className="number">{formatCount(source.read)}</td>
      <td className="number">{formatCount(source.accepted)}</td>
      <td className={source.rejected > 0 ? 'number state-warning' : 'number'}>{formatCount(source.rejected)}</td>
      <td className="number">{formatCount(source.duplicates)}</td>
      <td className="number">{on ? formatRate(source.rate) : '–'}</td>
      <td className="number">{source.lag === null ? '–' : formatCount(source.lag)}</td>
      <td title={source.lastAt ?? undefined}>{source.lastAt ? formatAge(source.lastAt, now) : 'never'}</td>
      <td>
        <div className="button-row">
          <Button
            size="small"
            variant="outlined"
            text={on ? 'Stop' : 'Start'}
            aria-label={`${on ? 'Stop' : 'Start'} ${source.name}`}
            loading={run.busy}
            onClick={() => run.run(on ? 'live.stop' : 'live.start')}
          />
          <Button
            size="small"
            variant="minimal"
            text="Remove"
            aria-label={`Remove ${source.name}`}
            onClick={() => run.run('live.remove')}
          />
        </div>
      </td>
    </tr>
  );
}

interface FieldProps {
  label: string;
  help: string;
  problem: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

function Field({ label, help, problem, value, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>{label}</label>
      </div>
      <InputGroup
        id={id}
        fill
        value={value}
        intent={problem ? 'danger' : 'none'}
        aria-describedby={`${id}-help`}
        onValueChange={onChange}
      />
      <p id={`${id}-help`} className={problem ? 'field-help state-danger' : 'field-help'}>
        {problem ?? help}
      </p>
    </div>
  );
}

function NewSource({ onClose, onAdded }: { onClose: () => void; onAdded: () => void }) {
  const [draft, setDraft] = useState<LiveDraft>(emptyLive);
  const [tried, setTried] = useState(false);
  const { setting, map, problems } = readLive(draft);
  const shown = tried ? problems : {};
  const add = useAction(async () => {
    const source = await engine.call('live.add', { name: draft.name.trim(), setting: setting!, map });
    await engine.call('live.start', { id: source.id });
    onAdded();
    onClose();
  });
  const set = (name: keyof LiveDraft) => (value: string) => setDraft({ ...draft, [name]: value });
  return (
    <Dialog isOpen onClose={onClose} title="New live source" transitionDuration={0} canOutsideClickClose={false}>
      <DialogBody>
        <div className="field">
          <div className="field-head">
            <label htmlFor="live-kind">Kind</label>
          </div>
          <HTMLSelect
            id="live-kind"
            fill
            value={draft.kind}
            options={kinds.map(([value, label]) => ({ value, label }))}
            onChange={(event) => set('kind')(event.currentTarget.value)}
          />
        </div>
        <Field label="Name" help="How it is called here." problem={shown.name} value={draft.name} onChange={set('name')} />
        {liveFields[draft.kind].map(({ name, label, help }) => (
          <Field key={name} label={label} help={help} problem={shown[name]} value={draft[name]} onChange={set(name)} />
        ))}
        {draft.kind === 'folder' && (
          <Button
            size="small"
            variant="outlined"
            text="Choose folder"
            onClick={async () => {
              const [path] = await bridge().chooseFiles('folder');
              if (path) set('path')(path);
            }}
          />
        )}
        <Field
          label="Mapping"
          help="Where names do not tell: user=who, item=what."
          problem={shown.map}
          value={draft.map}
          onChange={set('map')}
        />
        {add.error && <ErrorNote error={add.error} />}
      </DialogBody>
      <DialogFooter
        actions={
          <>
            <Button text="Cancel" onClick={onClose} />
            <Button
              intent="primary"
              text="Add source"
              loading={add.busy}
              onClick={() => {
                setTried(true);
                if (setting && Object.keys(problems).length === 0) void add.run();
              }}
            />
          </>
        }
      />
    </Dialog>
  );
}

/** Sources that bring rows while the workspace is open. */
export function Live() {
  const sources = useOperation('live.list', {}, ['workspace']);
  const [making, setMaking] = useState(false);
  const now = useNow(2000);
  const { reload } = sources;
  const active = (sources.data ?? []).some(({ state }) => state === 'running' || state === 'waiting');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock says when to look again.
  useEffect(() => {
    if (active) reload();
  }, [now, active, reload]);
  return (
    <Panel
      title="Live sources"
      note="Read while this workspace is open"
      flush
      testId="live"
      actions={<Button size="small" variant="outlined" text="New source" onClick={() => setMaking(true)} />}
    >
      <Answered answer={sources}>
        {(list) =>
          list.length === 0 ? (
            <p className="panel-text muted">None: a folder can be watched, an HTTP stream or a Kafka topic read.</p>
          ) : (
            <div className="table-scroll">
              <table className="table quality-table">
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Reads</th>
                    <th scope="col">State</th>
                    {['Rows', 'Accepted', 'Rejected', 'Duplicates', 'Rate', 'To go'].map((name) => (
                      <th key={name} scope="col" className="number">
                        {name}
                      </th>
                    ))}
                    <th scope="col">Last</th>
                    <th scope="col" />
                  </tr>
                </thead>
                <tbody>
                  {list.map((source) => (
                    <SourceRow key={source.id} source={source} onChanged={reload} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answered>
      {making && <NewSource onClose={() => setMaking(false)} onAdded={reload} />}
    </Panel>
  );
}
