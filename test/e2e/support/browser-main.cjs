// A browser and nothing else: Chromium as it comes, with one window that shows any page. A name of the test's own leads to this machine, as a name
// server of an attacker could make it do.
const { app, BrowserWindow } = require('electron');

app.commandLine.appendSwitch('host-resolver-rules', 'MAP *.rebound.test 127.0.0.1');
setInterval(() => undefined, 100).unref();
app.whenReady().then(() => new BrowserWindow({ width: 800, height: 600 }).loadURL('about:blank'));
