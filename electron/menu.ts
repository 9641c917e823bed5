import { Menu, type MenuItemConstructorOptions } from 'electron';

/** The standard menu of the platform. Reloading and the developer tools are for development only. */
export function installMenu(options: { development: boolean; platform: NodeJS.Platform }): void {
  const mac = options.platform === 'darwin';
  const development: MenuItemConstructorOptions[] = [{ role: 'reload' }, { role: 'toggleDevTools' }, { type: 'separator' }];
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' as const }] : []),
    { label: 'File', submenu: [mac ? { role: 'close' } : { role: 'quit', label: 'Quit', accelerator: 'Ctrl+Q' }] },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        ...(options.development ? development : []),
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    ...(mac ? [] : [{ role: 'help' as const, submenu: [{ role: 'about' as const, label: 'About Recsmith' }] }]),
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
