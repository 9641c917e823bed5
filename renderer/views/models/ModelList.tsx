import { Tag } from '@blueprintjs/core';
import type { ModelInfo } from '#contract/model';

const groups: readonly [ModelInfo['role'], string, string][] = [
  ['retrieval', 'Retrieval', 'ranks the whole catalogue'],
  ['ranking', 'Ranking', 'orders the candidates'],
];

interface ModelListProps {
  models: readonly ModelInfo[];
  selected: string | undefined;
  onSelect: (id: string) => void;
}

/** Every model by role; what a model needs is said where it is chosen. */
export function ModelList({ models, selected, onSelect }: ModelListProps) {
  return (
    <>
      {groups.map(([role, label, note]) => (
        <div key={role} className="model-group">
          <h3>
            {label} <span className="muted">{note}</span>
          </h3>
          <ul>
            {models
              .filter((model) => model.role === role)
              .map((model) => (
                <li key={model.id}>
                  <button type="button" className="model-item" aria-pressed={model.id === selected} onClick={() => onSelect(model.id)}>
                    <span className="model-name">
                      {model.label}
                      {model.baseline && (
                        <Tag minimal className="small-tag">
                          baseline
                        </Tag>
                      )}
                    </span>
                    <span className="model-summary">{model.summary}</span>
                  </button>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </>
  );
}
