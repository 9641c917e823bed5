import { SegmentedControl, TextArea } from '@blueprintjs/core';
import type { ApiField, ApiRoute } from './api-routes.ts';
import { RouteField } from './RouteField.tsx';
import { fieldKey, type RouteDraft, rawKey, rawOf } from './route-form.ts';

interface RouteFormProps {
  route: ApiRoute;
  draft: RouteDraft;
  suggested: Readonly<Record<string, string>>;
  problems: Readonly<Record<string, string>>;
  onChange: (draft: RouteDraft) => void;
}

/** A form for a route: its parameters, and its body as fields or as JSON. */
export function RouteForm({ route, draft, suggested, problems, onChange }: RouteFormProps) {
  const raw = route.body === 'text' || draft[rawKey] !== undefined;
  const fieldsOf = (body: boolean) => route.fields.filter(({ where }) => (where === 'body') === body);
  const show = (fields: ApiField[]) => (
    <div className="form-grid">
      {fields.map((field) => (
        <RouteField
          key={fieldKey(field)}
          field={field}
          text={draft[fieldKey(field)] ?? ''}
          suggested={field.required ? suggested[field.name] : undefined}
          problem={problems[fieldKey(field)]}
          onChange={(text) => onChange({ ...draft, [fieldKey(field)]: text })}
        />
      ))}
    </div>
  );
  const { [rawKey]: _, ...fields } = draft;
  return (
    <>
      {fieldsOf(false).length > 0 && show(fieldsOf(false))}
      {route.fields.length === 0 && route.body === 'none' && <p className="muted">It takes no parameters.</p>}
      {route.body !== 'none' && (
        <div className="route-body">
          <div className="code-head">
            <span>Body</span>
            {route.body === 'fields' && (
              <SegmentedControl
                size="small"
                aria-label="Body as"
                value={raw ? 'json' : 'form'}
                options={[
                  { value: 'form', label: 'Form' },
                  { value: 'json', label: 'JSON' },
                ]}
                onValueChange={(kind) => onChange(kind === 'json' ? { ...draft, [rawKey]: rawOf(route, draft, suggested) } : fields)}
              />
            )}
          </div>
          {raw ? (
            <>
              <TextArea
                fill
                className="code"
                rows={8}
                spellCheck={false}
                aria-label="Body as JSON"
                aria-invalid={problems[rawKey] !== undefined}
                value={draft[rawKey] ?? ''}
                onChange={(event) => onChange({ ...draft, [rawKey]: event.currentTarget.value })}
              />
              {problems[rawKey] && <p className="field-help state-danger">{problems[rawKey]}</p>}
            </>
          ) : (
            show(fieldsOf(true))
          )}
        </div>
      )}
    </>
  );
}
