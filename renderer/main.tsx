import './client/zod-setup.ts';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/vendor.css';
import './styles/tokens.css';
import './styles/blueprint.css';
import './styles/frame.css';
import './styles/parts.css';
import './styles/views.css';
import './styles/serve.css';
import { BlueprintProvider, FocusStyleManager } from '@blueprintjs/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { connectEngine } from './client/connect.ts';

FocusStyleManager.onlyShowFocusOnTabs();
connectEngine();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <BlueprintProvider>
      <App />
    </BlueprintProvider>
  </StrictMode>,
);
