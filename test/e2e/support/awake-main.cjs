// The app, in a main process that never sleeps for long. A debugger's message to an idle one is now and then not noticed until something else
// wakes it (seen with Electron 25): the tests' own commands, to quit among them, would wait for ever. The app itself needs no debugger.
setInterval(() => undefined, 100).unref();
require('../../../dist/electron/main.cjs');
