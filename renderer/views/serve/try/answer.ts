import type { ServerAnswer } from '#contract/server';
import { formatValue, prettyBody } from '../../../format/text.ts';

/** A list in an answer, as a table. */
export interface AnswerTable {
  name: string;
  columns: string[];
  rows: string[][];
}

/** An answer as readers want it. */
export interface ReadAnswer {
  text: string;
  tables: AnswerTable[];
  /** What went wrong, in the server's words. */
  problem: { headline: string; detail: string; code: string } | undefined;
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Numbers as they compare, with four decimals; objects by what they say first; lists of objects by how many there are. */
function cellText(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return Math.abs(value) < 0.001 ? value.toPrecision(3) : value.toFixed(4);
  if (Array.isArray(value) && value.some(isObject)) return `${value.length} ${value.length === 1 ? 'entry' : 'entries'}`;
  if (isObject(value) && typeof value.text === 'string') return value.text;
  return formatValue(value);
}

function tableOf(name: string, entries: readonly unknown[]): AnswerTable | undefined {
  if (entries.length === 0 || !entries.every(isObject)) return undefined;
  const columns = [...new Set(entries.flatMap((entry) => Object.keys(entry)))];
  return { name, columns, rows: entries.map((entry) => columns.map((column) => cellText(entry[column]))) };
}

function tablesOf(value: unknown): AnswerTable[] {
  const lists: [string, unknown][] = Array.isArray(value) ? [['answer', value]] : isObject(value) ? Object.entries(value) : [];
  return lists.flatMap(([name, list]) => (Array.isArray(list) ? (tableOf(name, list) ?? []) : []));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function problemOf(status: number, value: unknown): ReadAnswer['problem'] {
  if (status < 400) return undefined;
  if (!isObject(value) || typeof value.title !== 'string') return { headline: `The server answered ${status}.`, detail: '', code: '' };
  return { headline: value.title, detail: formatValue(value.detail), code: formatValue(value.code) };
}

/** The JSON of an answer indented, its lists as tables, its problem in words. */
export function readAnswer(answer: Pick<ServerAnswer, 'status' | 'body'>): ReadAnswer {
  const value = parsed(answer.body);
  return { text: prettyBody(answer.body), tables: answer.status < 400 ? tablesOf(value) : [], problem: problemOf(answer.status, value) };
}
