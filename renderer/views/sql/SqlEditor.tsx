import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { PostgreSQL, type SQLNamespace, sql } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import type { OutputOf } from '#contract/operations';
import { statementToRun } from './statement-at.ts';

interface SqlEditorProps {
  text: string;
  known: OutputOf<'sql.tables'> | undefined;
  onChange: (text: string) => void;
  onRun: (statement: string) => void;
  /** Told once, with how to run what is selected or stands at the cursor. */
  onReady: (run: () => void) => void;
}

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '500' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string, #2d7d46)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number, #a86400)' },
  { tag: tags.comment, color: 'var(--ink-soft)', fontStyle: 'italic' },
]);

/** The language with what can be completed: tables, their columns, functions and keywords. */
function language(known: SqlEditorProps['known']) {
  const schema: SQLNamespace = Object.fromEntries(
    (known?.tables ?? []).map(({ name, columns }) => [
      name,
      columns.map((column) => ({ label: column.name, detail: column.type.toLowerCase(), type: 'property' })),
    ]),
  );
  const functions = (known?.functions ?? []).map((name) => ({ label: name, type: 'function', apply: `${name}(` }));
  return [
    sql({
      dialect: PostgreSQL,
      schema,
      ...(known?.tables.some(({ name }) => name === 'interactions') ? { defaultTable: 'interactions' } : {}),
      upperCaseKeywords: true,
    }),
    PostgreSQL.language.data.of({
      autocomplete: (context: { matchBefore(pattern: RegExp): { from: number; text: string } | null; explicit: boolean }) => {
        const word = context.matchBefore(/[a-z_][a-z0-9_]*$/i);
        if (!word || (word.text.length < 2 && !context.explicit)) return null;
        return { from: word.from, options: functions, validFor: /^\w*$/ };
      },
    }),
  ];
}

/** An editor for SQL. Ctrl+Enter runs the selection, or the statement at the cursor. */
export function SqlEditor({ text, known, onChange, onRun, onReady }: SqlEditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const speech = useRef(new Compartment());
  const calls = useRef({ onChange, onRun });
  calls.current = { onChange, onRun };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once; what changes is told to it below.
  useEffect(() => {
    const run = () => {
      const state = view.current?.state;
      if (!state) return true;
      const { from, to } = state.selection.main;
      calls.current.onRun(statementToRun(state.doc.toString(), { from, to }));
      return true;
    };
    view.current = new EditorView({
      parent: box.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
          lineNumbers(),
          highlightActiveLineGutter(),
          highlightActiveLine(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ icons: false }),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
          syntaxHighlighting(colours),
          placeholder('SELECT … FROM interactions'),
          speech.current.of(language(known)),
          EditorView.contentAttributes.of({ 'aria-label': 'SQL' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) calls.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    onReady(run);
    return () => view.current?.destroy();
  }, []);

  useEffect(() => {
    view.current?.dispatch({ effects: speech.current.reconfigure(language(known)) });
  }, [known]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  return <div ref={box} className="sql-editor" data-testid="sql-editor" />;
}
