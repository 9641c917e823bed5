import { Button, Dialog, DialogBody, DialogFooter, HTMLSelect, InputGroup } from '@blueprintjs/core';
import { useId, useState } from 'react';
import type { OutputOf } from '#contract/operations';
import { engine } from '../../../client/connect.ts';
import { useAction } from '../../../client/use-action.ts';
import { CopyButton } from '../../../components/CopyButton.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { emptyKey, type KeyDraft, readKey, roleWords } from './key-form.ts';

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
        value={value}
        autoComplete="off"
        intent={problem ? 'danger' : 'none'}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-help`}
        onValueChange={onChange}
      />
      <p id={`${id}-help`} className={problem ? 'field-help state-danger' : 'field-help'}>
        {problem ?? help}
      </p>
    </div>
  );
}

/** The key itself, once. It lives in this dialog and nowhere else. */
function Made({ made }: { made: OutputOf<'server.createKey'> }) {
  return (
    <>
      <p>
        <strong>{made.name}</strong> may act as {made.role}. This is the only time its key is shown: copy it to where it is used.
      </p>
      <p className="new-key">
        <code data-testid="new-key">{made.api_key}</code>
        <CopyButton label="Copy key" text={made.api_key} showLabel />
      </p>
      <p className="muted">
        Sent as <code>Authorization: Bearer …</code>. Whoever loses it makes a new one and revokes this.
      </p>
    </>
  );
}

/** Asks for what a key is for, makes it, and shows it once. */
export function NewKey({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const id = useId();
  const [draft, setDraft] = useState<KeyDraft>(emptyKey);
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState<OutputOf<'server.createKey'>>();
  const { input, problems } = readKey(draft);
  const shown = tried ? problems : {};
  const make = useAction(async () => {
    setMade(await engine.call('server.createKey', input));
    onMade();
  });
  const submit = () => {
    setTried(true);
    if (Object.keys(problems).length === 0) void make.run();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={made ? 'Key made' : 'New key'}
      transitionDuration={0}
      canOutsideClickClose={false}
      className="key-dialog"
    >
      <DialogBody>
        {made ? (
          <Made made={made} />
        ) : (
          <form
            className="key-form"
            onSubmit={(event) => {
              event.preventDefault();
              submit();
            }}
          >
            <Field
              label="Name"
              help="Who or what uses it: shop website, nightly job."
              problem={shown.name}
              value={draft.name}
              onChange={(name) => setDraft({ ...draft, name })}
            />
            <div className="field">
              <div className="field-head">
                <label htmlFor={`${id}-role`}>Role</label>
              </div>
              <HTMLSelect
                id={`${id}-role`}
                fill
                value={draft.role}
                options={roleWords.map(([role]) => role)}
                onChange={(event) => setDraft({ ...draft, role: event.currentTarget.value as KeyDraft['role'] })}
              />
              <p className="field-help">{roleWords.find(([role]) => role === draft.role)?.[1]}</p>
            </div>
            <Field
              label="Requests per second"
              help="More are refused with 429. Empty: as many as come."
              problem={shown.limit}
              value={draft.limit}
              onChange={(limit) => setDraft({ ...draft, limit })}
            />
            <button type="submit" hidden />
          </form>
        )}
        {make.error && <ErrorNote error={make.error} />}
      </DialogBody>
      <DialogFooter
        actions={
          made ? (
            <Button intent="primary" text="Close" onClick={onClose} />
          ) : (
            <>
              <Button text="Cancel" onClick={onClose} />
              <Button intent="primary" text="Make key" loading={make.busy} onClick={submit} />
            </>
          )
        }
      />
    </Dialog>
  );
}
