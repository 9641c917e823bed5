import { useMemo } from 'react';
import { useStore } from '../store/store.ts';
import { type ChartTheme, chartTheme } from './theme.ts';
import { useColourMode } from './use-colour-mode.ts';

/** The plots' colours for the theme that is on. */
export function useChartTheme(): ChartTheme {
  const mode = useColourMode(useStore((state) => state.theme));
  return useMemo(() => chartTheme(mode), [mode]);
}
