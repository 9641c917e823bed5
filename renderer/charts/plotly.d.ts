declare module 'plotly.js-strict-dist-min' {
  type Element = HTMLElement;
  interface PlotlyModule {
    react(element: Element, data: unknown[], layout: unknown, config: unknown): Promise<unknown>;
    purge(element: Element): void;
    toImage(element: Element, options: { format: 'png' | 'svg'; width: number; height: number; scale?: number }): Promise<string>;
    Plots: { resize(element: Element): void };
  }
  const Plotly: PlotlyModule;
  // biome-ignore lint/style/noDefaultExport: the library has no other.
  export default Plotly;
}
