import { Button, Checkbox, HTMLSelect, InputGroup, Switch } from '@blueprintjs/core';
import { ResetIcon } from '@blueprintjs/icons';
import { useId } from 'react';
import type { Parameter } from '#contract/model';
import { type Draft, defaultText, draftText, fieldLabel, isChanged, listedValues, rangeText, readField, toggled } from './form-logic.ts';

interface FieldProps {
  parameter: Parameter;
  draft: Draft;
  onChange: (text: string | undefined) => void;
}

interface ControlProps {
  parameter: Parameter;
  text: string;
  valid: boolean;
  /** Ties the control to its label and its help. */
  describe: { id: string; 'aria-describedby': string };
  onChange: (text: string) => void;
}

/** Several of a list, in the order in which they were chosen. */
function Choices({ parameter, text, describe, onChange }: ControlProps) {
  const chosen = listedValues(text);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would want a legend of its own beside the field's label.
    <div className="field-choices" role="group" tabIndex={-1} {...describe} aria-label={fieldLabel(parameter.name)}>
      {parameter.choices?.map((choice) => (
        <Checkbox key={choice} checked={chosen.includes(choice)} label={choice} onChange={() => onChange(toggled(text, choice))} />
      ))}
    </div>
  );
}

function Control({ parameter, text, valid, describe, onChange }: ControlProps) {
  switch (parameter.kind) {
    case 'boolean':
      return (
        <Switch
          {...describe}
          checked={text === 'true'}
          onChange={(event) => onChange(String(event.currentTarget.checked))}
          innerLabel="off"
          innerLabelChecked="on"
        />
      );
    case 'choice':
      return (
        <HTMLSelect
          {...describe}
          fill
          value={text}
          options={parameter.choices ?? []}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'choices':
      return <Choices parameter={parameter} text={text} valid={valid} describe={describe} onChange={onChange} />;
    default:
      return (
        <InputGroup
          {...describe}
          fill
          value={text}
          inputMode={parameter.kind === 'integers' || parameter.kind === 'json' ? 'text' : 'decimal'}
          intent={valid ? 'none' : 'danger'}
          aria-invalid={!valid}
          placeholder={parameter.kind === 'integers' ? 'none' : ''}
          title={rangeText(parameter)}
          onValueChange={onChange}
        />
      );
  }
}

function Field({ parameter, draft, onChange }: FieldProps) {
  const id = useId();
  const text = draftText(parameter, draft);
  const result = readField(parameter, text);
  const label = fieldLabel(parameter.name);
  const help = `${id}-help`;
  const describe = { id, 'aria-describedby': help };
  return (
    <div className={parameter.kind === 'choices' ? 'field wide' : 'field'}>
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
      <Control parameter={parameter} text={text} valid={result.ok} describe={describe} onChange={onChange} />
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
