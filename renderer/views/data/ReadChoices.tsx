import { HTMLSelect, InputGroup } from '@blueprintjs/core';
import { Entity, type FilePreview, type ReadOptions, TextEncoding } from '#contract/data';
import { useOperation } from '../../client/use-operation.ts';
import { baseName } from '../../format/text.ts';

const delimiters = [
  ['', 'as found'],
  [',', 'comma'],
  ['\t', 'tab'],
  [';', 'semicolon'],
  ['|', 'bar'],
  ['::', 'two colons'],
  [' ', 'blank'],
] as const;

const encodings: Record<TextEncoding, string> = { 'utf-8': 'UTF-8', 'utf-16le': 'UTF-16 LE', 'utf-16be': 'UTF-16 BE', latin1: 'Latin-1' };

type Choice = ReadOptions & { earlier?: 'keep' | 'replace'; weights?: Record<string, number> };

interface ReadChoicesProps {
  preview: FilePreview;
  choice: Choice;
  editable: boolean;
  onChange: (choice: Choice) => void;
}

/** How a file is read, what it becomes, and what is to be done with an earlier version of it. */
export function ReadChoices({ preview, choice, editable, onChange }: ReadChoicesProps) {
  const formats = useOperation('data.formats', {});
  const imports = useOperation('data.imports', {}, ['data', 'workspace']);
  const options = formats.data?.map(({ id, label }) => ({ value: id, label })) ?? [{ value: preview.format, label: preview.format }];
  const text = ['csv', 'jsonl', 'recbole', 'movielens-100k', 'movielens-1m', 'adjacency'].includes(preview.format);
  const earlier = imports.data?.filter(({ path, entity }) => path === preview.path && entity === preview.entity).length ?? 0;
  return (
    <div className="import-choices">
      <div>
        <span>Read as</span>
        <HTMLSelect
          aria-label="Read as"
          value={preview.format}
          disabled={!editable}
          options={options}
          onChange={(event) => onChange({ ...(choice.as ? { as: choice.as } : {}), format: event.currentTarget.value })}
        />
      </div>
      <div>
        <span>Into</span>
        <HTMLSelect
          aria-label="Into"
          value={preview.entity}
          disabled={!editable}
          options={Entity.options.map((value) => ({ value }))}
          onChange={(event) => {
            const { map: _, ...rest } = choice;
            onChange({ ...rest, as: Entity.parse(event.currentTarget.value) });
          }}
        />
      </div>
      {preview.format === 'csv' && (
        <div>
          <span>Between columns</span>
          <HTMLSelect
            aria-label="Between columns"
            value={choice.delimiter ?? ''}
            disabled={!editable}
            options={delimiters.map(([value, label]) => ({ value, label }))}
            onChange={(event) => {
              const { delimiter: _, map: _m, ...rest } = choice;
              onChange(event.currentTarget.value ? { ...rest, delimiter: event.currentTarget.value } : rest);
            }}
          />
        </div>
      )}
      {text && (
        <div>
          <span>Encoding</span>
          <HTMLSelect
            aria-label="Encoding"
            value={preview.encoding}
            disabled={!editable}
            options={TextEncoding.options.map((value) => ({ value, label: encodings[value] }))}
            onChange={(event) => onChange({ ...choice, encoding: TextEncoding.parse(event.currentTarget.value) })}
          />
        </div>
      )}
      {preview.mapping.timestamp !== undefined && (
        <div>
          <span>Zone of times without one</span>
          <InputGroup
            aria-label="Zone of times without one"
            size="small"
            placeholder="UTC"
            disabled={!editable}
            defaultValue={choice.timeZone ?? ''}
            onBlur={(event) => {
              const { timeZone: _, ...rest } = choice;
              const zone = event.currentTarget.value.trim();
              if (zone !== (choice.timeZone ?? '')) onChange(zone ? { ...rest, timeZone: zone } : rest);
            }}
          />
        </div>
      )}
      {earlier > 0 && preview.entity === 'interactions' && (
        <div>
          <span>{baseName(preview.path)} was imported before</span>
          <HTMLSelect
            aria-label="What it brought in before"
            value={choice.earlier ?? 'keep'}
            disabled={!editable}
            options={[
              { value: 'keep', label: 'Keep it, add what is new' },
              { value: 'replace', label: 'Replace it' },
            ]}
            onChange={(event) => onChange({ ...choice, earlier: event.currentTarget.value === 'replace' ? 'replace' : 'keep' })}
          />
        </div>
      )}
    </div>
  );
}
