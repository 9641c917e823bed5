import { ConsoleIcon } from '@blueprintjs/icons';
import type { View } from '../view.ts';
import { Sql } from './Sql.tsx';

export const sqlView: View = { id: 'sql', title: 'SQL', icon: ConsoleIcon, order: 4, component: Sql };
