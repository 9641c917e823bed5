import { TimelineEventsIcon } from '@blueprintjs/icons';
import type { View } from '../view.ts';
import { Jobs } from './Jobs.tsx';

export const jobsView: View = { id: 'jobs', title: 'Jobs', icon: TimelineEventsIcon, order: 8, component: Jobs };
