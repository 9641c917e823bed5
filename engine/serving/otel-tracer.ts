import { type Context, defaultTextMapGetter, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { StageTimer, Tracer } from './tracing.ts';

/** A collector that does not answer must not keep the server from stopping. */
const closeMs = 2000;

/**
 * Sends traces by OTLP over HTTP to the collector that OTEL_EXPORTER_OTLP_ENDPOINT (or its form for traces) names; the other standard variables
 * for headers, sampling and batches are read, too.
 */
export function createOtelTracer(version: string): Tracer {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': process.env.OTEL_SERVICE_NAME ?? 'recsmith', 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('recsmith', version);
  const propagator = new W3CTraceContextPropagator();

  const stagesIn = (parent: Context): StageTimer => ({
    span(name, work) {
      const span = tracer.startSpan(name, {}, parent);
      try {
        return work();
      } catch (error) {
        // What was thrown may hold an id: that it was thrown is enough.
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
  });

  return {
    begin(headers, arrivedMs) {
      const caller = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
      const span = tracer.startSpan('request', { kind: SpanKind.SERVER, startTime: arrivedMs }, caller);
      return {
        stages: stagesIn(trace.setSpan(caller, span)),
        end({ requestId, route, method, status, source, degraded }) {
          span.updateName(`${method} ${route}`);
          span.setAttributes({
            'http.request.method': method,
            'http.response.status_code': status,
            'recsmith.route': route,
            'recsmith.request_id': requestId,
            ...(source === undefined ? {} : { 'recsmith.source': source }),
            ...(degraded === undefined ? {} : { 'recsmith.degraded': degraded }),
          });
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    close: () =>
      Promise.race([provider.shutdown().catch(() => undefined), new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref())]),
  };
}
