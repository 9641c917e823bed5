import { EngineError } from '#contract/errors';

const kinds: Record<string, string> = {
  Parser: '',
  Binder: '',
  Catalog: '',
  Conversion: '',
  'Invalid Input': '',
  'Out of Range': 'A value is out of range: ',
  Constraint: 'A rule of the table is broken: ',
};

/** What DuckDB says of a statement, in words: without its classes, and with the line of the statement. `before`: lines that were put before it. */
export function inWords(sql: string, before: number): (error: unknown) => never {
  return (error) => {
    if (error instanceof EngineError || !(error instanceof Error)) throw error;
    if (/INTERRUPT/i.test(error.message)) throw new EngineError('cancelled', 'The statement was stopped.');
    if (/Out of Memory/i.test(error.message))
      throw new EngineError(
        'too_large',
        'The statement needs more memory than DuckDB may use. Take fewer rows or columns, or sum them up first.',
        {},
        { cause: error },
      );
    const [first = '', ...rest] = error.message.split('\n');
    const kind = /^([A-Z][A-Za-z ]+?) Error: /.exec(first);
    const text = kind ? `${kinds[kind[1] as string] ?? ''}${first.slice(kind[0].length)}` : first;
    const hint = rest.find((line) => /^(Candidate|Did you mean)/.test(line.trim()));
    const marked = rest.findIndex((line) => /^LINE \d+:/.test(line));
    const line = marked < 0 ? undefined : Number(/^LINE (\d+):/.exec(rest[marked] as string)?.[1]) - before;
    const prefix = marked < 0 ? 0 : (/^LINE \d+: (\.\.\.)?/.exec(rest[marked] as string)?.[0].length ?? 0);
    const caret = marked < 0 ? -1 : (rest[marked + 1] ?? '').indexOf('^');
    const shown = marked < 0 ? '' : (rest[marked] as string).slice(prefix).replace(/\.\.\.$/, '');
    const source = line === undefined ? '' : (sql.split('\n')[line - 1] ?? '');
    const at = source.indexOf(shown);
    const column = caret >= prefix && at >= 0 ? at + caret - prefix + 1 : undefined;
    const place = line !== undefined && line >= 1 ? ` (line ${line}${column ? `, column ${column}` : ''})` : '';
    throw new EngineError(
      'invalid_input',
      `${text}${hint ? ` ${hint.trim()}` : ''}${place}`,
      { ...(line !== undefined && line >= 1 ? { line, ...(column ? { column } : {}) } : {}) },
      { cause: error },
    );
  };
}
