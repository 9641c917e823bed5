import { Button, HTMLSelect, InputGroup, Switch } from '@blueprintjs/core';
import { ResetIcon } from '@blueprintjs/icons';
import { useId } from 'react';
import type { Parameter } from '#contract/model';
import { type Draft, defaultText, draftText, fieldLabel, isChanged, rangeText, readField } from './form-logic.ts';

interface FieldProps {
  parameter: Parameter;
  draft: Draft;
  onChange: (text: string | undefined) => void;
}

function Field({ parameter, draft, onChange }: FieldProps) {
  const id = useId();
  const text = draftText(parameter, draft);
  const result = readField(parameter, text);
  const label = fieldLabel(parameter.name);
  const help = `${id}-help`;
  const describe = { id, 'aria-describedby': help };
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>{label}</label>
        {isChanged(parameter, draft) && (
          <Button
            size="small"
            variant="minimal"
            className="field-reset"
            icon={<ResetIcon size={12} />}
            aria-label={`Reset ${label} to ${defaultText(parameter) || 'empty'}`}
            title={`Reset to ${defaultText(parameter) || 'empty'}`}
            onClick={() => onChange(undefined)}
          />
        )}
      </div>
      {parameter.kind === 'boolean' ? (
        <Switch
          {...describe}
          checked={text === 'true'}
          onChange={(event) => onChange(String(event.currentTarget.checked))}
          innerLabel="off"
          innerLabelChecked="on"
        />
      ) : parameter.kind === 'choice' ? (
        <HTMLSelect
          {...describe}
          fill
          value={text}
          options={parameter.choices ?? []}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <InputGroup
          {...describe}
          fill
          value={text}
          inputMode={parameter.kind === 'integers' ? 'text' : 'decimal'}
          intent={result.ok ? 'none' : 'danger'}
          aria-invalid={!result.ok}
          placeholder={parameter.kind === 'integers' ? 'none' : ''}
          title={rangeText(parameter)}
          onValueChange={onChange}
        />
      )}
      <p id={help} className={result.ok ? 'field-help' : 'field-help state-danger'}>
        {result.ok ? parameter.description : result.problem}
      </p>
    </div>
  );
}

interface SchemaFormProps {
  parameters: readonly Parameter[];
  draft: Draft;
  onChange: (draft: Draft) => void;
}

/** A form made from a parameter schema: a field each, checked as one types, with its default one click away. */
export function SchemaForm({ parameters, draft, onChange }: SchemaFormProps) {
  const change = (name: string, text: string | undefined) => {
    const { [name]: _, ...rest } = draft;
    onChange(text === undefined ? rest : { ...rest, [name]: text });
  };
  return (
    <div className="form-grid">
      {parameters.map((parameter) => (
        <Field key={parameter.name} parameter={parameter} draft={draft} onChange={(text) => change(parameter.name, text)} />
      ))}
    </div>
  );
}
