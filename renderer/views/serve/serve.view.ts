import { CloudUploadIcon } from '@blueprintjs/icons';
import type { View } from '../view.ts';
import { Serve } from './Serve.tsx';

export const serveView: View = { id: 'serve', title: 'Serve', icon: CloudUploadIcon, order: 7, component: Serve };
