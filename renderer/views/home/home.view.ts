import { HomeIcon } from '@blueprintjs/icons';
import type { View } from '../view.ts';
import { Home } from './Home.tsx';

export const homeView: View = { id: 'home', title: 'Home', icon: HomeIcon, order: 1, component: Home };
