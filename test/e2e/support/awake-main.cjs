// The app, in a main process that never sleeps for long. Once, under load, an idle main process of Electron 25 left the test's debugger without
// an answer for minutes, while the app was well; a command to quit would have waited as long. A timer gives it a reason to look.
setInterval(() => undefined, 100).unref();
require('../../../dist/electron/main.cjs');
