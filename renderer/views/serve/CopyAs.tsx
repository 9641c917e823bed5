import { requestSnippet, type ShownRequest } from '#contract/snippets';
import { CopyButton } from '../../components/CopyButton.tsx';
import { languages } from './client-code.ts';

/** The request as code, in three languages. */
export function CopyAs({ request }: { request: ShownRequest }) {
  return (
    <span className="copy-as">
      <span className="muted">Copy as</span>
      {languages.map(([language, name]) => (
        <CopyButton key={language} label={`Copy as ${name}`} text={requestSnippet(language, request)} showLabel={name} />
      ))}
    </span>
  );
}
