import { Button, Menu, MenuItem, PopoverNext } from '@blueprintjs/core';
import { DownloadIcon, ThIcon } from '@blueprintjs/icons';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Skeleton } from '../components/States.tsx';
import { type Figure, toCsv } from './figure.ts';

type Plotly = typeof import('plotly.js-strict-dist-min').default;

let loading: Promise<Plotly> | undefined;
/** Five megabytes that only a view with a plot should wait for. */
function loadPlotly(): Promise<Plotly> {
  loading ??= import('plotly.js-strict-dist-min').then((module) => module.default);
  return loading;
}

const config = { displayModeBar: false, responsive: false, doubleClick: 'reset' };
const redrawEveryMs = 250;

function download(name: string, href: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}

function downloadText(name: string, text: string, type: string): void {
  const href = URL.createObjectURL(new Blob([text], { type }));
  download(name, href);
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

async function exportImage(element: HTMLElement, name: string, format: 'png' | 'svg'): Promise<void> {
  const plotly = await loadPlotly();
  const size = { width: element.clientWidth, height: element.clientHeight };
  download(`${name}.${format}`, await plotly.toImage(element, { format, ...size, ...(format === 'png' ? { scale: 2 } : {}) }));
}

const heard = new WeakSet<HTMLElement>();

/** Hears once and for all what a plot is zoomed to. */
function listen(element: HTMLElement, tell: (range: [string, string] | null) => void): void {
  if (heard.has(element)) return;
  heard.add(element);
  const plot = element as HTMLElement & { on?(event: string, listener: (change: Record<string, unknown>) => void): void };
  plot.on?.('plotly_relayout', (change) => {
    const [from, to] = [change['xaxis.range[0]'], change['xaxis.range[1]']];
    if (from !== undefined && to !== undefined) tell([String(from), String(to)]);
    else if (change['xaxis.autorange'] === true) tell(null);
  });
}

interface ChartProps {
  figure: Figure;
  /** What the plot shows, for its accessible name and for the names of exported files. */
  label: string;
  height: number;
  /** Told what the reader zoomed to along x, as the axis has it; null where they zoomed out again. */
  onZoom?: ((range: [string, string] | null) => void) | undefined;
  /** More ways to go on, beside the exports. */
  tools?: ReactNode;
}

/** A plot with its caption, its exports and its table. A growing figure is drawn in place, at most four times a second. */
export function Chart({ figure, label, height, onZoom, tools }: ChartProps) {
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  const box = useRef<HTMLDivElement>(null);
  const drawnAt = useRef(0);
  const [ready, setReady] = useState(false);
  const [asTable, setAsTable] = useState(false);

  useEffect(() => {
    const element = box.current;
    if (!element || asTable) return;
    let gone = false;
    const draw = () => {
      drawnAt.current = Date.now();
      loadPlotly().then((plotly) => {
        if (gone) return;
        setReady(true);
        return plotly
          .react(element, figure.data, { ...figure.layout, width: element.clientWidth, height }, config)
          .then(() => listen(element, (range) => zoom.current?.(range)));
      });
    };
    const wait = redrawEveryMs - (Date.now() - drawnAt.current);
    const timer = wait > 0 ? setTimeout(draw, wait) : undefined;
    if (!timer) draw();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [figure, height, asTable]);

  useEffect(() => {
    const element = box.current;
    if (!element || asTable) return;
    const observer = new ResizeObserver(() => {
      if (element.classList.contains('js-plotly-plot')) {
        loadPlotly().then((plotly) => plotly.react(element, figure.data, { ...figure.layout, width: element.clientWidth, height }, config));
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [figure, height, asTable]);

  useEffect(() => {
    const element = box.current;
    return () => {
      if (element) loading?.then((plotly) => plotly.purge(element));
    };
  }, []);

  const name = label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const image = (format: 'png' | 'svg') => {
    if (box.current) void exportImage(box.current, name, format);
  };
  return (
    <figure className="chart" aria-label={label}>
      <div className="chart-tools">
        {tools}
        <Button
          size="small"
          variant="minimal"
          icon={<ThIcon size={14} />}
          active={asTable}
          aria-pressed={asTable}
          aria-label={`${label} as a table`}
          title="Show as a table"
          onClick={() => setAsTable(!asTable)}
        />
        <PopoverNext
          animation="minimal"
          arrow={false}
          placement="bottom-end"
          content={
            <Menu>
              <MenuItem text="PNG" onClick={() => image('png')} disabled={asTable} />
              <MenuItem text="SVG" onClick={() => image('svg')} disabled={asTable} />
              <MenuItem text="CSV" onClick={() => downloadText(`${name}.csv`, toCsv(figure.table), 'text/csv')} />
            </Menu>
          }
        >
          <Button size="small" variant="minimal" icon={<DownloadIcon size={14} />} aria-label={`Export ${label}`} title="Export" />
        </PopoverNext>
      </div>
      {asTable && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
        <div className="chart-table" style={{ height }} tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                {figure.table.columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {figure.table.rows.map((row) => (
                <tr key={row.join()}>
                  {row.map((cell, column) => (
                    <td key={figure.table.columns[column]} className={typeof cell === 'number' ? 'number' : ''}>
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div ref={box} className="chart-box" style={{ height, display: asTable ? 'none' : 'block' }} />
      {!ready && !asTable && (
        <div className="chart-wait">
          <Skeleton rows={5} height={20} />
        </div>
      )}
      <figcaption>{figure.caption}</figcaption>
    </figure>
  );
}
