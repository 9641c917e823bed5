import { TimelineLineChartIcon } from '@blueprintjs/icons';
import type { View } from '../view.ts';
import { Explore } from './Explore.tsx';

export const exploreView: View = { id: 'explore', title: 'Explore', icon: TimelineLineChartIcon, order: 3, component: Explore };
