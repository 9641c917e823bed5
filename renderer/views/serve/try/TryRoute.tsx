import { Button, HTMLSelect, InputGroup, SegmentedControl } from '@blueprintjs/core';
import { type FormEvent, useState } from 'react';
import { openApiDocument } from '#contract/open-api';
import type { ServerAnswer, ServerStatus } from '#contract/server';
import { requestSnippet } from '#contract/snippets';
import { engine } from '../../../client/connect.ts';
import { useAction } from '../../../client/use-action.ts';
import { useOperation } from '../../../client/use-operation.ts';
import { CopyButton } from '../../../components/CopyButton.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Panel } from '../../../components/Panel.tsx';
import { useViewState } from '../../../store/use-view-state.ts';
import { type Language, languages, snippetHeaders } from '../client-code.ts';
import { AnswerView } from './AnswerView.tsx';
import { type ApiRoute, apiRoutes } from './api-routes.ts';
import { RouteForm } from './RouteForm.tsx';
import { fieldKey, type RouteDraft, readRoute } from './route-form.ts';

const allRoutes = apiRoutes(openApiDocument());
const groups = [...new Set(allRoutes.map(({ group }) => group))];
const initial = { route: allRoutes[0]?.id ?? '', drafts: {} as Record<string, RouteDraft>, language: 'curl' as Language };
const nothing: RouteDraft = {};

/** The drafts of routes that take a secret live in this page alone; the others are remembered. */
function useDraft(route: ApiRoute): [RouteDraft, (draft: RouteDraft) => void] {
  const [{ drafts }, patch] = useViewState('serve', initial);
  const [passing, setPassing] = useState<Record<string, RouteDraft>>({});
  const secret = route.fields.some((field) => field.secret);
  if (secret) return [passing[route.id] ?? nothing, (draft) => setPassing({ ...passing, [route.id]: draft })];
  return [drafts[route.id] ?? nothing, (draft) => patch({ drafts: { ...drafts, [route.id]: draft } })];
}

/** A user and an item of the served run, so that a form can be sent as it stands. */
function useSuggested(run: string | undefined): Record<string, string> {
  const users = useOperation('run.users', { query: '', limit: 1 }, ['data']);
  const items = useOperation('run.items', run === undefined ? null : { run, query: '', limit: 1 }, ['data']);
  const [user, item] = [users.data?.[0]?.userId ?? '', items.data?.[0]?.itemId ?? ''];
  return { user_id: user, item_id: item, user_ids: user };
}

/** What stands in the code for a secret: the code is shown and copied, the secret is not. */
function withoutSecrets(route: ApiRoute, draft: RouteDraft): RouteDraft {
  const secrets = route.fields.filter((field) => field.secret && draft[fieldKey(field)]);
  return { ...draft, ...Object.fromEntries(secrets.map((field) => [fieldKey(field), `YOUR_${field.name.toUpperCase()}`])) };
}

function RoutePicker({ route, onChange }: { route: ApiRoute; onChange: (id: string) => void }) {
  return (
    <HTMLSelect className="route-picker" aria-label="Route" value={route.id} onChange={(event) => onChange(event.currentTarget.value)}>
      {groups.map((group) => (
        <optgroup key={group} label={group}>
          {allRoutes
            .filter((one) => one.group === group)
            .map(({ id }) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
        </optgroup>
      ))}
    </HTMLSelect>
  );
}

/** Any route of the API: its form, its answer, and the same request as code. */
export function TryRoute({ status, run }: { status: ServerStatus; run: string | undefined }) {
  const [state, patch] = useViewState('serve', initial);
  const route = allRoutes.find(({ id }) => id === state.route) ?? (allRoutes[0] as ApiRoute);
  const [draft, setDraft] = useDraft(route);
  const [tried, setTried] = useState('');
  const [key, setKey] = useState('');
  const [answered, setAnswered] = useState<{ route: string; answer: ServerAnswer }>();
  const suggested = useSuggested(run);
  const request = readRoute(route, draft, suggested);
  const invalid = Object.keys(request.problems).length > 0;
  const send = useAction(async () => {
    const { method, path, body } = request;
    const headers: Record<string, string> = key === '' ? {} : { authorization: `Bearer ${key}` };
    setAnswered({
      route: route.id,
      answer: await engine.call('server.send', { method, path, headers, ...(body === undefined ? {} : { body }) }),
    });
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(route.id);
    if (!invalid) void send.run();
  };
  const running = status.state === 'running';
  const { method, path, body } = readRoute(route, withoutSecrets(route, draft), suggested);
  const url = `${status.url ?? 'http://127.0.0.1:8000'}${path}`;
  const code = requestSnippet(state.language, { method, url, headers: snippetHeaders(body, status.auth), body });
  const name = languages.find(([id]) => id === state.language)?.[1] ?? state.language;
  const needs = route.role === null ? 'needs no key' : `needs the role ${route.role}`;
  return (
    <div className="try-layout">
      <Panel title="Request" note={status.auth ? needs : undefined}>
        <form className="try-form" onSubmit={submit}>
          <div className="try-send">
            <RoutePicker
              route={route}
              onChange={(id) => {
                send.clear();
                patch({ route: id });
              }}
            />
            <Button type="submit" variant="outlined" text="Send request" loading={send.busy} disabled={!running} />
          </div>
          <code className="try-path" data-testid="try-path">
            {request.method} {request.path}
          </code>
          <p className="muted">{route.summary}.</p>
          <RouteForm
            route={route}
            draft={draft}
            suggested={suggested}
            problems={tried === route.id ? request.problems : nothing}
            onChange={setDraft}
          />
          {status.auth && (
            <InputGroup
              type="password"
              aria-label="API key or token"
              placeholder="API key or token: it is not kept"
              autoComplete="off"
              value={key}
              onValueChange={setKey}
            />
          )}
        </form>
      </Panel>
      <div className="try-side">
        <Panel title="Answer">
          {send.error && <ErrorNote error={send.error} />}
          {answered?.route === route.id ? (
            <AnswerView answer={answered.answer} />
          ) : send.error ? null : (
            <p className="muted">{running ? 'The answer appears here, with its time.' : 'Turn serving on to send a request.'}</p>
          )}
        </Panel>
        <Panel
          title="As code"
          actions={
            <>
              <SegmentedControl
                size="small"
                aria-label="Language"
                value={state.language}
                options={languages.map(([value, label]) => ({ value, label }))}
                onValueChange={(value) => patch({ language: value as Language })}
              />
              <CopyButton label={`Copy as ${name}`} text={code} />
            </>
          }
        >
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
          <pre className="try-result" tabIndex={0} data-testid="try-code">
            {code}
          </pre>
        </Panel>
      </div>
    </div>
  );
}
