import { Button, HTMLSelect, InputGroup, SegmentedControl } from '@blueprintjs/core';
import { type FormEvent, useState } from 'react';
import { engine } from '../../client/connect.ts';
import { useAction } from '../../client/use-action.ts';
import { useOperation } from '../../client/use-operation.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Panel } from '../../components/Panel.tsx';
import { formatMilliseconds } from '../../format/numbers.ts';
import { prettyBody } from '../../format/text.ts';
import { eventCode, firstItem, type Language, languages, recommendCode, recommendPath } from './client-code.ts';

interface TryItProps {
  /** null while nothing is served. */
  url: string | null;
  user: string;
  k: number;
  language: Language;
  onChange: (patch: { user?: string; k?: number; language?: Language }) => void;
}

function Code({ title, code, language }: { title: string; code: string; language: string }) {
  return (
    <div className="code-block">
      <div className="code-head">
        <span>{title}</span>
        <CopyButton label={`Copy as ${language}: ${title.toLowerCase()}`} text={code} />
      </div>
      <pre>{code}</pre>
    </div>
  );
}

/** Ask the running server as any program would, see the answer, and take the request away as code. */
export function TryIt({ url, user, k, language, onChange }: TryItProps) {
  const suggested = useOperation('run.users', { query: '', limit: 1 }, ['data']);
  const [answer, setAnswer] = useState<{ status: number; body: string; milliseconds: number }>();
  const send = useAction(async (path: string) => setAnswer(await engine.call('server.send', { path })));
  const asked = user || suggested.data?.[0]?.userId || '';
  const path = recommendPath(asked || 'USER', k);
  const shown = url ?? 'http://127.0.0.1:8000';
  const label = languages.find(([id]) => id === language)?.[1] ?? language;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send.run(path);
  };
  return (
    <div className="columns-2">
      <Panel title="Try it" note={<code>GET {path}</code>}>
        <form className="try-form" onSubmit={submit}>
          <InputGroup
            aria-label="User id"
            placeholder="User id"
            value={user}
            onValueChange={(value) => onChange({ user: value })}
            {...(asked && !user ? { placeholder: asked } : {})}
          />
          <HTMLSelect
            aria-label="Number of items"
            value={k}
            options={[5, 10, 20, 50].map((value) => ({ value, label: `${value} items` }))}
            onChange={(event) => onChange({ k: Number(event.currentTarget.value) })}
          />
          <Button type="submit" variant="outlined" text="Send request" loading={send.busy} disabled={!url || !asked} />
        </form>
        {send.error && <ErrorNote error={send.error} />}
        {answer ? (
          <>
            <p className="try-status">
              <strong className={answer.status < 400 ? 'state-good' : 'state-danger'}>{answer.status}</strong> in{' '}
              {formatMilliseconds(answer.milliseconds)}
              <CopyButton label="Copy answer" text={answer.body} />
            </p>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
            <pre className="try-result" data-testid="try-result" tabIndex={0}>
              {prettyBody(answer.body)}
            </pre>
          </>
        ) : (
          <p className="muted">{url ? 'The answer appears here, with its time.' : 'Turn serving on to send a request.'}</p>
        )}
      </Panel>
      <Panel
        title="Use it"
        actions={
          <SegmentedControl
            size="small"
            aria-label="Language"
            value={language}
            options={languages.map(([value, name]) => ({ value, label: name }))}
            onValueChange={(value) => onChange({ language: value as Language })}
          />
        }
      >
        <Code title="Get recommendations" language={label} code={recommendCode(language, shown, path)} />
        <Code
          title="Post an event"
          language={label}
          code={eventCode(language, shown, asked || 'USER', firstItem(answer?.body) ?? 'ITEM')}
        />
      </Panel>
    </div>
  );
}
