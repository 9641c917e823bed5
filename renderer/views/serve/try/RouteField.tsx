import { HTMLSelect, InputGroup, TextArea } from '@blueprintjs/core';
import { useId } from 'react';
import { rangeText } from '../../../components/form-logic.ts';
import type { ApiField } from './api-routes.ts';

interface RouteFieldProps {
  field: ApiField;
  text: string;
  /** What stands in where nothing is given. */
  suggested: string | undefined;
  problem: string | undefined;
  onChange: (text: string) => void;
}

const kindWords: Record<ApiField['kind'], string> = {
  text: '',
  integer: 'whole number',
  number: 'number',
  boolean: '',
  choice: '',
  list: 'list with commas',
  json: 'JSON',
};

/** What is said under a field: what it is for, and what may stand in it. */
function helpText(field: ApiField): string {
  const range = rangeText(field as { minimum?: number; maximum?: number });
  const may = [kindWords[field.kind], range].filter(Boolean).join(', ');
  return [field.description, may].filter(Boolean).join(' · ');
}

type ControlProps = Pick<RouteFieldProps, 'field' | 'text' | 'suggested' | 'onChange'> & {
  describe: { id: string; 'aria-describedby': string; 'aria-invalid': boolean };
};

function Control({ field, text, suggested, describe, onChange }: ControlProps) {
  if (field.kind === 'boolean' || field.kind === 'choice') {
    const options = field.kind === 'boolean' ? ['true', 'false'] : field.choices;
    return (
      <HTMLSelect
        {...describe}
        fill
        value={text}
        options={[{ value: '', label: field.fallback ? `not given (${field.fallback})` : 'not given' }, ...options]}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  const placeholder = suggested || field.fallback;
  if (field.kind === 'json')
    return <TextArea {...describe} fill className="code" rows={2} value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
  return (
    <InputGroup
      {...describe}
      fill
      type={field.secret ? 'password' : 'text'}
      autoComplete="off"
      spellCheck={false}
      inputMode={field.kind === 'integer' || field.kind === 'number' ? 'decimal' : 'text'}
      intent={describe['aria-invalid'] ? 'danger' : 'none'}
      placeholder={placeholder}
      value={text}
      onValueChange={onChange}
    />
  );
}

/** One parameter of a route. */
export function RouteField({ field, text, suggested, problem, onChange }: RouteFieldProps) {
  const id = useId();
  const describe = { id, 'aria-describedby': `${id}-help`, 'aria-invalid': problem !== undefined };
  return (
    <div className={field.kind === 'json' ? 'field wide' : 'field'}>
      <div className="field-head">
        <label htmlFor={id}>
          <code>{field.name}</code>
        </label>
        {field.required && <span className="muted field-needed">needed</span>}
      </div>
      <Control field={field} text={text} suggested={suggested} describe={describe} onChange={onChange} />
      <p id={`${id}-help`} className={problem ? 'field-help state-danger' : 'field-help'}>
        {problem ?? helpText(field)}
      </p>
    </div>
  );
}
