import { DatabaseIcon } from '@blueprintjs/icons';
import type { View } from '../view.ts';
import { Data } from './Data.tsx';

export const dataView: View = { id: 'data', title: 'Data', icon: DatabaseIcon, order: 2, component: Data };
