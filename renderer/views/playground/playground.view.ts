import { PersonIcon } from '@blueprintjs/icons';
import type { View } from '../view.ts';
import { Playground } from './Playground.tsx';

export const playgroundView: View = { id: 'playground', title: 'Playground', icon: PersonIcon, order: 6, component: Playground };
