import { LearningIcon } from '@blueprintjs/icons';
import type { View } from '../view.ts';
import { Models } from './Models.tsx';

export const modelsView: View = { id: 'models', title: 'Models', icon: LearningIcon, order: 5, component: Models };
