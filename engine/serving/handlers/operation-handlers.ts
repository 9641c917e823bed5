import type { operationRoutes } from '#contract/api/operation-routes';
import { EngineError } from '#contract/errors';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handler.ts';

export function operationHandlers({ service, version, hide }: HandlerContext): HandlersOf<typeof operationRoutes> {
  return {
    health() {
      const { name, model, version: modelVersion, counts } = service.current().manifest;
      const problem = service.problem();
      return {
        status: problem ? 'degraded' : 'ok',
        version,
        bundle: name,
        model,
        model_version: modelVersion,
        users: counts.users,
        items: counts.items,
        uptime_seconds: Math.round(service.uptimeSeconds() * 10) / 10,
        ...(problem ? { problem: hide(problem) } : {}),
      };
    },
    ready() {
      const checks = service.checks();
      const failed = Object.entries(checks).filter(([, outcome]) => outcome !== 'ok');
      if (failed.length > 0) {
        const words = failed.map(([name, outcome]) => `${name}: ${outcome}`).join(' ');
        throw new EngineError('unavailable', `Not ready. ${words}`, { checks });
      }
      return { ready: true, checks };
    },
    metrics: () => service.metrics.text(),
  };
}
