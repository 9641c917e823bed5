import { app, type BrowserWindow, dialog } from 'electron';

/** Decides whether the window may close while jobs run. */
export interface QuitGuard {
  setJobs(running: string[]): void;
  watch(window: BrowserWindow): void;
  /** From here on nothing is asked: a signal, or the system, wants the app gone. */
  force(): void;
}

const choices = ['Keep open', 'Quit when done', 'Stop and quit'] as const;

/** Asks before a quit that would stop running jobs. Without one, closing the window is a quit. */
export function createQuitGuard(): QuitGuard {
  let jobs: string[] = [];
  let allowed = false;
  let whenDone = false;
  let asking = false;

  async function ask(window: BrowserWindow): Promise<void> {
    if (asking) return;
    asking = true;
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      title: 'Recsmith',
      message: jobs.length === 1 ? 'A job is still running' : `${jobs.length} jobs are still running`,
      detail: `${jobs.slice(0, 5).join('\n')}\n\nStopping a job loses its result; data and earlier runs stay as they are.`,
      buttons: [...choices],
      defaultId: 0,
      cancelId: 0,
    });
    asking = false;
    whenDone = choices[response] === 'Quit when done';
    if (choices[response] === 'Stop and quit' || (whenDone && jobs.length === 0)) {
      allowed = true;
      app.quit();
    }
  }

  return {
    setJobs(running) {
      jobs = running;
      if (whenDone && jobs.length === 0) {
        allowed = true;
        app.quit();
      }
    },
    watch(window) {
      window.on('close', (event) => {
        if (allowed || jobs.length === 0) return;
        event.preventDefault();
        void ask(window);
      });
    },
    force() {
      allowed = true;
    },
  };
}
